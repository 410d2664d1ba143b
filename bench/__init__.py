"""Every figure that Hardtack publishes, by one command: ``make bench``, which is ``python -m bench``.

Each figure is measured beside a peer in the same run, never quoted: ``rounds`` interleaves the contenders, ``tokens``,
``fields``, ``interfaces``, ``crowd``, ``layer`` and ``added`` hold them, ``sizes``, ``imports`` and ``worker`` what is
counted or weighed; ``breakdown`` says where the time of one operation goes, ``targets`` what is to be reached, and
``report`` lays it out. ``bench/results.json`` is the last clean run; the performance pages of ``docs/`` are made from
it by ``python -m bench --docs``. What was missed is published as missed.
"""
