"""The one exception for what a user can mend; the command line prints its message."""


class BaoshuError(Exception):
    """Names the file or value at fault and says what to do. Exit code 1, no traceback."""
