"""What many sessions cost: the parts are measured, and the whole is worked out from them by sums that anybody can redo.

``python -m bench.scale`` measures what ``bench`` and ``bench.growth`` do not: what one transaction at a time lets
through, what the feed costs the database and each worker, and how much a row weighs. ``model`` does the sums.
"""
