"""First steps of a new firm: what is done, and what comes next."""

import reflex as rx

from psa_app.display.figures import Waiting
from psa_app.queries.firm.ready import first_steps
from psa_app.state.base import allow, read


class SetUpState(rx.State):
    """The steps that are left, and those that are done."""

    left: list[Waiting] = []
    done: list[str] = []
    subtitle: str = ""
    is_ready: bool = False

    @rx.event
    @allow("firm.change")
    async def load(self) -> None:
        """Looks at what there is."""
        steps = await read(first_steps)
        left = [one for one in steps if not one.is_done]
        self.left = [
            Waiting(str(place), one.title, one.why, one.href, "Do it", place == 0)
            for place, one in enumerate(left)
        ]
        self.done = [one.title for one in steps if one.is_done]
        self.subtitle = f"{len(self.done)} of {len(steps)} done"
        self.is_ready = True
