"""What was answered, kept for later: run ids, the recorder, and how often each profile was shown."""
