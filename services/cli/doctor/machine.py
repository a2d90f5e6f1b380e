"""Checks of folders and disks."""

import os
import shutil
import tempfile
from pathlib import Path

from services.cli.doctor.findings import Finding, Verdict, Words

_GIB = 1024**3
_LEAST_FREE_BYTES = _GIB
_GOOD_FREE_BYTES = 5 * _GIB


def folder_finding(service: str, folder: Path) -> Finding:
    """Whether a service may write into a folder, or make it."""
    check = Words(en=f"{service}: folder {folder}", zh=f"{service}：目录 {folder}")
    there = _nearest(folder)
    if _is_writable(there):
        found = Words(en="can be written", zh="可写")
        if there != folder.absolute():
            found = Words(en="is made at the first start", zh="首次启动时创建")
        return Finding(check=check, verdict=Verdict.FINE, found=found)
    return Finding(
        check=check,
        verdict=Verdict.FAILURE,
        found=Words(en=f"{there} cannot be written", zh=f"{there} 不可写"),
        todo=Words(
            en=f"Give the service's user (id {os.getuid()}) the right to write there, or name another folder.",
            zh=f"请授予运行用户（id {os.getuid()}）写权限，或改用其他目录。",
        ),
    )


def disk_finding(service: str, folder: Path) -> Finding:
    """Whether a folder's disk has room."""
    check = Words(en=f"{service}: disk of {folder}", zh=f"{service}：{folder} 所在磁盘")
    free = shutil.disk_usage(_nearest(folder)).free
    found = Words(en=f"{free / _GIB:.1f} GiB free", zh=f"剩余 {free / _GIB:.1f} GiB")
    verdict = verdict_on(free)
    return Finding(
        check=check,
        verdict=verdict,
        found=found,
        todo=None
        if verdict is Verdict.FINE
        else Words(en="Make room: a full disk refuses writes.", zh="请清理磁盘：磁盘写满后将拒绝写入。"),
    )


def verdict_on(free_bytes: int) -> Verdict:
    """What so much room means."""
    if free_bytes < _LEAST_FREE_BYTES:
        return Verdict.FAILURE
    return Verdict.WARNING if free_bytes < _GOOD_FREE_BYTES else Verdict.FINE


def _nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that is there."""
    folder = folder.absolute()
    return next(one for one in (folder, *folder.parents) if one.exists())


def _is_writable(folder: Path) -> bool:
    """By writing: permissions do not tell of a file system that is mounted for reading only."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
