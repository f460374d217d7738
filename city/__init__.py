"""The simulated city 云溪市: a small web server of ours that speaks the formats of the sources. For the demo and the tests.

All accounts, events and texts are made up. It knows nothing of the program that reads it.
"""

from city.city import City
from city.faults import Fault

__all__ = ["City", "Fault"]
