"""What the figures of coverage count, in words: it goes with every answer."""

from services.towns.reference.contract import Wording

DEFINITION = Wording(
    fr="Une commune compte en entier si son point est à radius_km au plus, à vol d'oiseau, d'un"
    " site compté ; un site sans point connu prend celui de sa commune. La population est celle"
    " des communes dont nous connaissons le point, qui sont celles du programme : non celle de"
    " la France. Un besoin est couvert si une commune de sa ville, ou une commune de son EPCI"
    " dont nous connaissons le point, l'est ; les besoins sont ceux de l'instant de la réponse,"
    " sauf ceux qui auraient expiré avant as_of. Un site compte selon son dernier statut sûr le"
    " jour as_of : une ouverture vaut du dernier jour de ce qu'on en sait, le reste du premier,"
    " et au plus tard du jour où ce fut enregistré.",
    en="A commune counts whole if its point is at most radius_km, as the crow flies, from a site"
    " that counts; a site without a known point takes that of its commune. The population is"
    " that of the communes whose point we know, which are those of the programme: not that of"
    " France. A need is covered if a commune of its town, or a commune of its EPCI whose point we"
    " know, is; the needs are those of the moment of the answer, but for those that would have"
    " expired before as_of. A site counts by its last status that is sure on as_of: an opening"
    " holds from the last day of what is known of it, the rest from the first, and at the latest"
    " from the day on which it was recorded.",
)
