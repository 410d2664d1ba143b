"""What becomes of the figures when everything has grown: a million accounts beside an empty database.

``python -m bench.growth`` makes both, measures them side by side, and says where the growth is felt.
"""
