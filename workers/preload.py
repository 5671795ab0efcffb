"""What a parent of workers imports before it forks: a worker is then ready in a tenth of a second.

Celery imports most of itself only when a worker starts; each fork would do that again for itself.
"""

from importlib import import_module

for _module in (
    "workers.process",
    "workers.tasks.begin",
    "workers.tasks.motion",
    "workers.tasks.render",
    "workers.tasks.segments",
    "workers.tasks.upkeep",
    "workers.tasks.deliver",
    "workers.results",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "jynco.adapters.database.postgres",
    "jynco.adapters.media.ffmpeg",
    "jynco.adapters.media.stills",
    "jynco.adapters.providers.camera",
):
    import_module(_module)
