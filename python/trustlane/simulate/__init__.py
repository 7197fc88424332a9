"""Simulate: traffic to judge by, made by a seeded model.

Takes a scenario (who writes, how often, what goes wrong) and a seed, gives events as ``trustlane replay`` reads them,
the truth beside each mail. Same scenario and seed, same octets. It knows nothing of trust: what it makes is what a site
would have recorded, whoever judges it.
"""

from trustlane.simulate.scenario import Scenario, bundled, load
from trustlane.simulate.traffic import traffic

__all__ = ["Scenario", "bundled", "load", "traffic"]
