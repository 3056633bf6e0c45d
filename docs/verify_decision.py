#!/usr/bin/env python3
"""Check an exported decision: python3 verify_decision.py DET-0001.zip

Needs Python 3.11 and nothing else: no portal, no database, no key. It checks that every file is the one exported, that
the roll is the one frozen when voting opened, that the votes are those the journal has receipts of, that the stored
votes add up to the stored result under the ballot's own rules, that what was declared, ruled, said, put forward as
evidence and voted is what the decision was made on, that what lay before the voters is what did when voting opened,
that what took effect is what did, that the notice says what was published, and that the journal's entries are where
their sealed blocks have them. It prints each fault, and exits with 1 where there is one.

The PDF file is a rendering of decision.json for readers and proves nothing by itself. The appeal, and the states of the
ballot and the objections, tell what became of the matter later; no hash is kept of them.

Compare the hashes of the blocks, printed at the end, with those on the portal's record page, or with an earlier export:
then nobody, the operator included, can have written the journal anew since.
"""

import base64
import hashlib
import json
import math
import sys
import zipfile
from collections.abc import Iterator
from fractions import Fraction

AXIS = ("proceed", "proceed_with_exclusions", "defer", "retest", "reject")  # from most permissive to most cautious
WITHOUT_QUORUM = {"objections": "proceed_with_exclusions", "waiver": "defer", "review": "reject"}  # by kind of ballot
FORMATS = (1, 2, 3)  # the first had no files of the parties, the second not what lay before the voters
NEEDED = ("format", "ballot", "determination", "roll", "votes", "tally", "casting_vote", "objections", "statements")


def sha256(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def faults(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield one sentence for each thing that is wrong."""
    wrong = list(files(archive))
    yield from wrong
    if wrong:
        return
    found, journal = readable(archive, "decision.json"), readable(archive, "journal.json")
    if not found or not journal or not {"entries", "blocks"} <= set(journal):
        yield "decision.json or journal.json is missing or cannot be read: this is no exported decision."
        return
    if found.get("format") not in FORMATS:
        yield f"This script reads formats {', '.join(map(str, FORMATS))}, not {found.get('format')}."
        return
    if lacking := [name for name in NEEDED if name not in found]:
        yield f"decision.json lacks {', '.join(lacking)}."
        return
    yield from sealed(journal)
    entries = [entry["content"] for entry in journal["entries"]]
    yield from roll(found, said(entries, "open_voting", "roll_hash"))
    yield from votes(found, said(entries, "cast", "receipt"))
    if found["tally"]:
        yield from tally(found)
    yield from outcome(found)
    if found["format"] >= 3:
        yield from laid(found, said(entries, "open_voting", "laid"))
        yield from effects(found, said(entries, "take_effect", "effects"))
        yield from strangers(found, archive)
    yield from exhibits(found, archive)
    yield from casting_vote(found, said(entries, "give_casting_vote", "receipt"))
    yield from heard(found, [entry["data"]["heard"] for entry in entries if "heard" in entry["data"]])
    yield from notice(found, said(entries, "publish", "document"))


def readable(archive, name):
    """The JSON object in a file of the dossier, None where there is none."""
    try:
        content = json.loads(archive.read(name))
    except (KeyError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def digest(content):
    """The SHA-256 of JSON in one spelling."""
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")))


def laid(found, frozen):
    """What lay before the voters is what did when voting opened, is said of the ballot, and its issues fit it."""
    if [digest(found["laid"])] != frozen:
        yield "What lay before the voters is not what did when voting opened."
        return
    cited = {key for one in found["laid"]["objections"] for key in one["issues"]}
    for key, opening in found["issues"].items():
        if key not in cited or digest(opening) != key:
            yield f"Issue {opening['facts']['reference']} is not what was cited."
    for part in ("ballot", "release"):
        for name, value in found["laid"][part].items():
            if found[part].get(name) != value:
                yield f"The {part}'s {name} is not what it was when voting opened."


def effects(found, kept):
    """What took effect is what did, an appeal and a voiding included: each adds to it and says so anew."""
    if [digest(found["effects"])] != kept[-1:]:
        yield "What is said to have taken effect is not what did."


def strangers(found, archive):
    """Each file of evidence lay before the voters, as a party's or on an issue cited; there are no other files."""
    issues = {one["facts"]["reference"]: one["facts"]["files"] for one in found["issues"].values()}
    known = {f"evidence/{issue}-{number}": file for issue, files in issues.items() for number, file in files}
    named = {"decision.json", "journal.json", "SHA256SUMS", f"{found['determination']['reference']}.pdf"}
    for name in sorted(set(archive.namelist()) - named - {one["path"] for one in found["files"]}):
        if known.get(name.rpartition(".")[0], known.get(name)) != sha256(archive.read(name)):
            yield f"{name} did not lie before the voters."


def files(archive):
    """Every file is named in SHA256SUMS with its hash, and every file named is there."""
    names = [name for name in archive.namelist() if name != "SHA256SUMS"]
    listed = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
    for name in sorted({*names, *listed}):
        if name not in names:
            yield f"{name} is missing."
        elif sha256(archive.read(name)) != listed.get(name):
            yield f"{name} is not the file that was exported."


def sealed(journal):
    """Each entry is what its block has at its place; each block's hash fits its members; blocks that follow link."""
    blocks = {block["number"]: block for block in journal["blocks"]}
    for number, block in blocks.items():
        if sha256("\n".join([str(number), block["previous_hash"], *block["members"]])) != block["hash"]:
            yield f"The hash of block {number} does not fit its members."
        before = blocks.get(number - 1)
        if before and before["hash"] != block["previous_hash"]:
            yield f"Block {number} does not follow the block before it."
    for entry in journal["entries"]:
        block, content = blocks.get(entry["block"]), entry["content"]
        if block is None:
            yield f"Entry {content['id']} is not in a sealed block yet: export the decision again."
        elif block["members"][entry["position"]] != sha256(json.dumps(content, sort_keys=True, separators=(",", ":"))):
            yield f"Entry {content['id']} is not what was sealed in block {entry['block']}."


def said(entries, verb, key):
    """What the journal says under a key in its entries of a verb about the ballot."""
    return [entry["data"][key] for entry in entries if entry["verb"] == verb and key in entry["data"]]


def roll(found, frozen):
    """The roll is the one whose hash was published when voting opened."""
    fields = ("user_id", "name", "capacity", "constituency", "alternate_for", "is_conflicted")
    lines = [[row[field] for field in fields] for row in sorted(found["roll"], key=lambda row: row["seat"])]
    if [sha256(json.dumps(lines, ensure_ascii=False))] != frozen:
        yield "The roll is not what was frozen when voting opened."


def votes(found, receipts):
    """Each cast gives its receipt, each receipt is in the journal, and none of the journal's is missing."""
    last, seen = {}, set()
    for vote in sorted(found["votes"], key=lambda vote: (vote["seat"], vote["sequence"])):
        place = f"{found['ballot']['reference']}, seat {vote['seat']}, cast {vote['sequence']}"
        previous = last.get(vote["seat"], "")
        if vote["receipt"] != sha256(b"\n".join([previous.encode(), place.encode(), base64.b64decode(vote["sealed"])])):
            yield f"The vote at {place} is not what was cast."
        elif vote["receipt"] not in receipts:
            yield f"The vote at {place} is not in the journal."
        last[vote["seat"]] = vote["receipt"]
        seen.add(vote["receipt"])
    for receipt in sorted(set(receipts) - seen):
        yield f"The vote with receipt {receipt} is in the journal and not in the ballot."
    for vote in found["tally"]["votes"] if found["tally"] else ():
        if vote["receipt"] not in last.values():
            yield f"The vote of {vote['name']} that was counted is not the last one cast."


def tally(found):
    """The opened votes add up to the stored result: quorum, median rule, minority safeguard, read literally."""
    counted, rules = found["tally"], found["ballot"]["rules"]
    result, papers = counted["result"], counted["votes"]
    if counted["votes_hash"] != sha256("\n".join(vote["receipt"] for vote in papers)):
        yield "The votes in the tally are not those that were counted."
    base = result["entitled"] - result["recused"]
    quorum = max(math.ceil(Fraction(rules["quorum_share"]) * base), rules["quorum_votes"])
    middle = sorted(set(median(papers, rules["counting"]))) if len(papers) >= quorum else []
    verdict = ("inquorate", "decided", "tied")[len(middle)]
    if (result["verdict"], result["cast"]) != (verdict, len(papers)):
        yield f"The votes make the ballot {verdict}, not {result['verdict']}."
    named = [result["outcome"]] if result["outcome"] else result["between"]
    if named != [AXIS[place] for place in middle]:
        yield "The middle of the votes is not the outcome stored."
    if result["safeguarded"] != held(papers, found["ballot"]["safeguard"], rules, decided=bool(middle)):
        yield "The minority safeguard was not applied as the votes say."


def median(papers, counting):
    """The one or two middle votes; with one voice a category, votes are repeated until each weighs the same."""
    chosen = [(vote["constituency"], AXIS.index(vote["choice"])) for vote in papers if vote["choice"] != "abstain"]
    sizes = {category: sum(one == category for one, _ in chosen) for category, _ in chosen}
    common = math.lcm(*sizes.values()) if counting == "per_category" else 1
    line = sorted(
        place
        for category, place in chosen
        for _ in range(common // sizes[category] if counting == "per_category" else 1)
    )
    return [line[(len(line) - 1) // 2], line[len(line) // 2]] if line else []


def held(papers, safeguard, rules, *, decided):
    """Whether a cohort is held until fixed."""
    yes, no = (sum(vote["evidence"] is answer for vote in papers) for answer in (True, False))
    accepted = decided and yes > 0 and yes >= no
    if safeguard == "none" or (safeguard == "asked" and not accepted):
        return False
    yes, no = (sum(vote["override"] is answer for vote in papers) for answer in (True, False))
    return not (decided and yes > 0 and yes >= Fraction(rules["override_share"]) * (yes + no))


def outcome(found):
    """What was determined is the outcome, the casting vote, the more cautious of a tie, or the rule without quorum."""
    result = found["tally"]["result"] if found["tally"] else {"outcome": None, "between": []}
    casting = found["casting_vote"]["choice"] if found["casting_vote"] else None
    if casting and casting not in result["between"]:
        yield "The casting vote was not for one of the two tied options."
    otherwise = result["between"][1] if result["between"] else WITHOUT_QUORUM[found["ballot"]["kind"]]
    if found["determination"]["outcome"] != (result["outcome"] or casting or otherwise):
        yield "The determination is not what the ballot decided."


def exhibits(found, archive):
    """Each file of evidence that a party put forward is in the dossier, as it was then."""
    for one in found.get("files", ()):
        if one["path"] not in archive.namelist() or sha256(archive.read(one["path"])) != one["sha256"]:
            yield f"{one['path']} is not the evidence that {one['organisation']} put forward."


def casting_vote(found, receipts):
    """The casting vote gives the receipt that the journal has; one older than these receipts has none there."""
    casting = found["casting_vote"]
    facts = [casting[one] for one in ("by_name", "choice", "reasons", "at")] if casting else []
    if receipts and receipts != [sha256(json.dumps([found["ballot"]["reference"], *facts], separators=(",", ":")))]:
        yield "The casting vote is not what was given."


def heard(found, digests):
    """Interests, rulings, what each side said and put forward, the opened votes with their reasons, and the casting
    vote are those of the decision."""
    counted, casting = found["tally"], found["casting_vote"]
    facts = {
        "roll": [
            [
                row["seat"],
                [[one["has_interest"], one["text"], one["at"]] for one in row["declarations"]],
                [[one["recused"], one["reasons"], one["ruled_by_name"], one["at"]] for one in row["rulings"]],
            ]
            for row in found["roll"]
        ],
        "objections": [
            [one[field] for field in ("reference", "organisation", "lodged_by_name", "evidence", "remedy", "answer")]
            for one in found["objections"]
        ],
        "statements": [
            [one[field] for field in ("organisation", "text", "by_name", "at")] for one in found["statements"]
        ],
        "tally": [counted["result"], counted["votes"]] if counted else None,
        "casting_vote": [casting[field] for field in ("by_name", "choice", "reasons")] if casting else None,
    }
    if found.get("files"):
        facts["files"] = [[one[field] for field in ("objection", "organisation", "sha256")] for one in found["files"]]
    if digests != [sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")))]:
        yield "What was declared, ruled, said or voted is not what the decision was made on."


def notice(found, published):
    """The notice says what was published."""
    text = json.dumps(found["determination"], sort_keys=True, separators=(",", ":"))
    if (found["determination"]["published_at"] or published) and published != [sha256(text)]:
        yield "The determination does not say what was published."


def main(path):
    with zipfile.ZipFile(path) as archive:
        wrong = list(faults(archive))
        blocks = [] if wrong else json.loads(archive.read("journal.json"))["blocks"]
    for fault in wrong:
        print(fault)
    for block in blocks:
        print(f"block {block['number']}: {block['hash']}")
    print(f"{path}: {len(wrong)} faults" if wrong else f"{path}: everything agrees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
