"""Commitments watched, notices carried out."""
