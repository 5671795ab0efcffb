"""What a parent of workers imports before it forks: a worker is then ready in a tenth of a second."""

import workers.__main__
import workers.house
import workers.tasks.motion
import workers.tasks.render
import workers.tasks.upkeep  # noqa: F401
