"""How a partner gets access, and the panel where the script of the reference signs one in."""

from html import escape

_TEXTS = {
    "fr": {
        "title": "Partenaires&nbsp;: demander un accès, obtenir un jeton",
        "lead": "Les données ouvertes se lisent sans compte. Pour le reste, un système d’un"
        " partenaire montre un jeton de cinq minutes.",
        "ask": "Demander l’accès&nbsp;: qui vous êtes, quels droits, sur quel périmètre. Gardez la"
        " preuve (<code>claim</code>) de la réponse&nbsp;: elle n’est montrée qu’une fois.",
        "approve": "Deux organisations différentes approuvent, sous trente jours.",
        "collect": "Retirer l’accès avec cette preuve&nbsp;: un secret, ou rien de plus pour un"
        " système qui signe avec sa clé privée (exigée pour approuver ou engager de l’argent).",
        "token": "Obtenir un jeton&nbsp;; curl demande le secret, qui ne reste pas dans"
        " l’historique du terminal&nbsp;:",
        "use": "Le montrer à chaque appel&nbsp;; ici, pour savoir qui l’on est et ce qu’on"
        " peut&nbsp;:",
        "sign_in": "Essayer ici avec un jeton",
        "memory": "Le secret sert une fois, puis s’efface&nbsp;; le jeton reste dans la mémoire de"
        " cette page et disparaît avec elle.",
        "id": "Identifiant du système",
        "secret": "Secret",
        "or": "ou un jeton que vous avez déjà",
        "enter": "Se connecter",
        "leave": "Se déconnecter",
    },
    "en": {
        "title": "Partners: ask for access, get a token",
        "lead": "Open data need no account. For the rest, a partner’s system shows a token of five"
        " minutes.",
        "ask": "Ask for access: who you are, which rights, within which perimeter. Keep the"
        " <code>claim</code> of the answer: it is shown once.",
        "approve": "Two different organisations approve, within thirty days.",
        "collect": "Collect the credentials with that claim: a secret, or nothing more for a system"
        " that signs with its private key (needed to approve or to commit money).",
        "token": "Get a token; curl asks for the secret, which stays out of the terminal’s"
        " history:",
        "use": "Show it with every call; here, to see who you are and what you may do:",
        "sign_in": "Try here with a token",
        "memory": "The secret is used once, then erased; the token stays in the memory of this page"
        " and ends with it.",
        "id": "Client id",
        "secret": "Secret",
        "or": "or a token that you have already",
        "enter": "Sign in",
        "leave": "Sign out",
    },
}
_SAID = {
    "fr": {
        "try": "Essayer",
        "address": "Adresse",
        "waiting": "Demande en cours…",
        "refused": "Refusé :",
        "foreign": "Seules les adresses de cette API se demandent ici.",
        "until": "jusqu’à",
        "out": "Déconnecté.",
    },
    "en": {
        "try": "Try",
        "address": "Address",
        "waiting": "Asking…",
        "refused": "Refused:",
        "foreign": "Only addresses of this API can be asked here.",
        "until": "until",
        "out": "Signed out.",
    },
}
"""What the script says."""
SCRIPT = "/portal/sign-in.js"


def access(public_url: str, *, language: str) -> str:
    """Return the section; the panel stays hidden where no script runs."""
    text = _TEXTS[language]
    token = f"curl -u '<client_id>' -d grant_type=client_credentials '{public_url}/oauth/token'"
    me = f"curl -H 'Authorization: Bearer <token>' '{public_url}/v1/me'"
    return f"""<section aria-labelledby="access"><h2 id="access">{text["title"]}</h2>
<p>{text["lead"]}</p>
<ol><li>{text["ask"]} <code>POST /v1/access-requests</code></li>
<li>{text["approve"]}</li>
<li>{text["collect"]} <code>POST /v1/access-requests/{{request_id}}/credentials</code></li>
<li>{text["token"]} <pre tabindex="0"><code class="template">{escape(token)}</code></pre></li>
<li>{text["use"]} <pre tabindex="0"><code class="template">{escape(me)}</code></pre></li></ol>
{_panel(language)}</section>"""


def _panel(language: str) -> str:
    text = _TEXTS[language]
    said = " ".join(f'data-{name}="{escape(word)}"' for name, word in _SAID[language].items())
    return f"""<form id="sign-in" class="sign-in" hidden {said}>
<h3>{text["sign_in"]}</h3><p id="sign-in-memory">{text["memory"]}</p>
<p><label for="client-id">{text["id"]}</label>
<input id="client-id" name="client_id" type="text" autocomplete="off" spellcheck="false"></p>
<p><label for="client-secret">{text["secret"]}</label>
<input id="client-secret" name="client_secret" type="password" autocomplete="off"
 aria-describedby="sign-in-memory"></p>
<p><label for="token">{text["or"]}</label>
<input id="token" name="token" type="password" autocomplete="off"></p>
<p><button type="submit">{text["enter"]}</button> <button type="button">{text["leave"]}</button></p>
<output aria-live="polite"></output></form>"""
