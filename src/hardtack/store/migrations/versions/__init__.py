"""One module per revision, in the order of their names.

A revision that was released is never edited, and none goes backwards: that is what a backup is for.
"""
