"""FFmpeg's binary and PyAV, behind ports.Media."""
