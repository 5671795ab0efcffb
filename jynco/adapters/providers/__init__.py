"""The models that make clips, one vendor a leaf; ``jynco.bootstrap`` says which of them this house has."""
