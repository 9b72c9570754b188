"""Genogram and ecomap: data in, positions and strokes out. Pure; knows neither rows nor viewers."""
