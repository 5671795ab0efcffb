"""S3, and whatever speaks as S3 does: the one place that knows boto3."""

from jynco.adapters.storage.s3.bucket import Address
from jynco.adapters.storage.s3.storage import S3Storage

__all__ = ["Address", "S3Storage"]
