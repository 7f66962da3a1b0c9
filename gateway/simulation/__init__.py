"""`gateway simulate`: a service manager tries a policy on a virtual clock before it goes live."""

from gateway.simulation.player import play
from gateway.simulation.scenario import Happening, Scenario, read_scenario

__all__ = ["Happening", "Scenario", "play", "read_scenario"]
