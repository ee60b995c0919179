"""What the acts on many rows are called: by the declaration, else by their verb."""

from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.models.resource import ActWords, Resource
from psa_app.rules.bulk import ARCHIVE, PUT_BACK
from psa_app.services.lowcode.bulk import bulk_acts

_OURS = {
    ARCHIVE: ActWords(ARCHIVE, "Archive", "Archive {rows}?"),
    PUT_BACK: ActWords(PUT_BACK, "Put back", "Put back {rows}?"),
}


def words_of(resource: Resource, verb: str) -> ActWords:
    """What an act is called: "No charge", asked as "Bill {rows} at no charge?"."""
    given = next((one for one in resource.words if one.verb == verb), None)
    label = verb.replace("_", " ").capitalize()
    return given or _OURS.get(verb) or ActWords(verb, label, f"{label} {{rows}}?")


def act_options(who: Actor, resource: Resource) -> list[Option]:
    """The acts on many rows that are someone's to do, for the bar."""
    return [Option(act.verb, words_of(resource, act.verb).label) for act in bulk_acts(who, resource)]


def rows_in_words(resource: Resource, count: int) -> str:
    """ "1 entry", "3,000 entries"."""
    noun = resource.one if count == 1 else resource.several or resource.many
    inside = noun if noun[1:2].isupper() else noun[:1].lower() + noun[1:]
    return f"{count:,} {inside}"
