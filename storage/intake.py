"""Recording one document's consequences: all of it in the caller's one transaction."""

from storage import deliveries, feeds, items, matches, search, stories
from storage.model import Intake
from storage.sql import Connection


def record(db: Connection, intake: Intake) -> None:
    """Keep new and edited items, their stories, what they met and what is owed for them.

    The order is that of the foreign keys. Nothing of it is kept unless all of it is.
    """
    for item in intake.new:
        if item.opens:
            stories.open_new(db, item.story_id, item.published or intake.now)
    items.add(db, intake.feed_id, intake.new, intake.now)
    items.edit(db, intake.edited, intake.now)
    items.learn(db, intake.feed_id, intake.learnt)
    search.add(db, [(item.id, item.words) for item in intake.new])
    search.replace(db, [(item.id, item.words) for item in intake.edited])
    matches.add(db, intake.matches, intake.now)
    stories.refresh(db, {item.story_id for item in (*intake.new, *intake.edited)})
    deliveries.owe(db, intake.owed, intake.now)
    for story_id in intake.grown:
        deliveries.grown(db, story_id, intake.now)
    if intake.state is not None:
        feeds.keep_state(db, intake.feed_id, intake.state, new=len(intake.new))
