"""The settings of each server, under the name of the server."""

from collections.abc import Mapping

from chassis.settings import ServiceSettings
from gateway.settings import Settings as Gateway
from services.evaluation.settings import Settings as Evaluation
from services.funding.settings import Settings as Funding
from services.towns.settings import Settings as Towns
from services.trainings.settings import Settings as Trainings

SERVICE_SETTINGS: Mapping[str, type[ServiceSettings]] = {
    "towns": Towns,
    "trainings": Trainings,
    "funding": Funding,
    "evaluation": Evaluation,
    "gateway": Gateway,
}
