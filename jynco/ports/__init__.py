"""What Jynco asks of the world. Agents receive these; adapters are these; nothing else connects them."""

from collections.abc import Callable

from jynco.ports.database import Database
from jynco.ports.files import Index, Lock, Slots, Storage
from jynco.ports.jobs import Jobs
from jynco.ports.media import Media, Pictures
from jynco.ports.metrics import Metrics
from jynco.ports.money import Admission, Books, Ledger
from jynco.ports.outside import Outgoing, Provider, Providers
from jynco.ports.projects import Projects
from jynco.ports.retention import Retention
from jynco.ports.uploads import Uploads
from jynco.ports.watching import Clock, Heart, Watch
from jynco.ports.webhooks import Webhooks

Say = Callable[[str], None]

__all__ = [
    "Admission",
    "Books",
    "Clock",
    "Database",
    "Heart",
    "Index",
    "Jobs",
    "Ledger",
    "Lock",
    "Media",
    "Metrics",
    "Outgoing",
    "Pictures",
    "Projects",
    "Provider",
    "Providers",
    "Retention",
    "Say",
    "Slots",
    "Storage",
    "Uploads",
    "Watch",
    "Webhooks",
]
