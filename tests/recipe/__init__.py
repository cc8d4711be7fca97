"""The recipe of the demonstration models."""
