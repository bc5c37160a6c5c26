"""What the figures of coverage count, in words: it goes with every answer."""

from services.towns.reference.contract import Wording

DEFINITION = Wording(
    fr="Une commune compte en entier si son point est à radius_km au plus, à vol d'oiseau, d'un"
    " site compté ; un site sans point connu prend celui de sa commune. La population est celle"
    " des communes dont nous connaissons le point, qui sont celles du programme : non celle de"
    " la France. Un besoin est couvert si une commune de sa ville, ou une commune de son EPCI"
    " dont nous connaissons le point, l'est ; les besoins sont ceux de l'instant de la réponse,"
    " sauf ceux qui auraient expiré avant as_of. Un site est ouvert le jour as_of comme le dit"
    " open_on de /v1/sites ; sinon il compte selon le dernier statut que son histoire dit de ce"
    " jour, un statut sans date connue valant du jour où il fut enregistré.",
    en="A commune counts whole if its point is at most radius_km, as the crow flies, from a site"
    " that counts; a site without a known point takes that of its commune. The population is"
    " that of the communes whose point we know, which are those of the programme: not that of"
    " France. A need is covered if a commune of its town, or a commune of its EPCI whose point we"
    " know, is; the needs are those of the moment of the answer, but for those that would have"
    " expired before as_of. A site is open on as_of as open_on of /v1/sites says; else it"
    " counts by the last status that its history tells of that day, a status without a known day"
    " holding from the day on which it was recorded.",
)
