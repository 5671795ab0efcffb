"""Foreign bytes are read apart: by a child that holds no secrets, reaches nobody, and ends with its answer."""

from jynco.sandbox.calling import Broken, Told, apart

__all__ = ["Broken", "Told", "apart"]
