"""A storyboard in other editors' words, and their edits in ours.

Pure: what lies on disk and what was made comes in with ``cut.Cut``. OpenTimelineIO takes most of a second to
import, so it is imported only where a timeline is written.
"""
