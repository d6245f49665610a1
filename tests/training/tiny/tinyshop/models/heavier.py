"""As good as own, and heavier: never to be chosen."""

from __future__ import annotations

from mercer.core.phrase import Phrase
from tinyshop.models.own import Own


class Heavier(Own):
    name = "heavier"
    about = Phrase("The same as own, on a higher rung", "与 own 相同，但阶更高")
    rung = 6
