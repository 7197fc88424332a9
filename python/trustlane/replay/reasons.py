"""Why a replay held what the line would have delivered."""

from trustlane.reasons import Catalogue

REPLAY = Catalogue("replay", {"content": "the content filter gave it {score} points, so it is held in the open lane"})
