"""The repair with two lines swapped: the anchor is set while the duplicate is in the recycle bin.

The tenant refuses it, and `dirsync-lab rehearse mess.yaml -- python swapped.py` says why (W03).
"""

import asyncio

from repair import Repair, run

steps = Repair().steps()
steps[2], steps[3] = steps[3], steps[2]
asyncio.run(run(steps))
