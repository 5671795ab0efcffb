"""The painter's box behind examples/paint.py: noise, light, terrain, trees and the five scenes."""
