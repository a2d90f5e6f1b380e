"""Which counts of a table are left out, so that nobody can be told from them; pure."""

from collections.abc import Sequence

Grid = Sequence[Sequence[int]]
Hidden = list[list[bool]]


def hidden_cells(counts: Grid, minimum: int, *, has_totals: bool) -> Hidden:
    """Cells to leave out of a table of counts that are not negative; with totals, the last row and column hold them.

    Primary suppression hides counts from 1 to `minimum` - 1. Where totals stand beside them, what one line hides could
    be told by subtraction: so every line that hides anything hides at least two cells, which together stand for at
    least `minimum` (complementary suppression, Hundepool et al. 2012, ch. 4). The smallest others are hidden first.
    """
    hidden = [[0 < count < minimum for count in row] for row in counts]
    if has_totals:
        while _hide_more(counts, hidden, minimum):
            pass
    return hidden


def _hide_more(counts: Grid, hidden: Hidden, minimum: int) -> bool:
    """Hide one more cell of a line that tells too much; False where none does."""
    height, width = len(counts), len(counts[0]) if counts else 0
    lines = [[(row, column) for column in range(width)] for row in range(height)]
    lines += [[(row, column) for row in range(height)] for column in range(width)]
    for line in lines:
        gone = [at for at in line if hidden[at[0]][at[1]]]
        shown = [at for at in line if not hidden[at[0]][at[1]]]
        if not gone or not shown or not _tells(gone, counts, minimum, total=line[-1]):
            continue
        # Zeros last: where they are all that is left, hiding one still makes two of what was one.
        row, column = min(shown, key=lambda at: (at == line[-1], counts[at[0]][at[1]] == 0, counts[at[0]][at[1]], at))
        hidden[row][column] = True
        return True
    return False


def _tells(gone: list[tuple[int, int]], counts: Grid, minimum: int, total: tuple[int, int]) -> bool:
    """Whether what a line hides can be told from what it shows; a hidden total is one more unknown."""
    if len(gone) == 1:
        return True
    return total not in gone and sum(counts[row][column] for row, column in gone) < minimum
