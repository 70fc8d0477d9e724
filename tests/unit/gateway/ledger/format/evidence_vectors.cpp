// Writes tests/vectors/evidence anew: run by hand when the format gets a new version, never by a
// build. The attacks are described in that folder's README and verdicts.csv.
//   evidence_vectors DIR [sm3]
#include <fstream>
#include <iostream>

#include "tests/unit/gateway/ledger/format/evidence_ledger.h"

namespace yht::ledger {
namespace {

const EvidenceLedger& log() {
    static const EvidenceLedger made;
    return made;
}

std::string directory;

void write(const std::string& name, const std::string& octets) {
    std::ofstream(directory + "/" + name, std::ios::binary) << octets;
}

/// The frame of seq `seq`.
std::size_t entryAt(const Frames& frames, std::uint64_t seq) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto* entry = std::get_if<EvidenceEntry>(&frames[i]);
        if (entry != nullptr && decodeLeaf(entry->leaf)->header.seq == seq) return i;
    }
    YHT_ASSERT(false);
    return 0;
}

template <class Frame>
Frame& last(Frames& frames) {
    for (auto at = frames.rbegin(); at != frames.rend(); ++at) {
        if (auto* found = std::get_if<Frame>(&*at)) return *found;
    }
    YHT_ASSERT(false);
    return std::get<Frame>(frames[0]);
}

EvidenceEntry& entryOf(Frames& frames, std::uint64_t seq) {
    return std::get<EvidenceEntry>(frames[entryAt(frames, seq)]);
}

/// Another leaf with the same number: what somebody would put in its place who can compute hashes.
void rewrite(EvidenceEntry& entry, const std::string& payload) {
    auto leaf = *decodeLeaf(entry.leaf);
    entry.payload = payload;
    entry.leaf = encodeLeaf(leaf.header, commitmentOf(entry.salt, payload));
}

void writeAccepted() {
    write("whole.evidence", encode(log().whole()));
    write("range.evidence", encode(log().range(3, 6)));
    write("ticket.evidence", encode(log().ticket()));
    write("log.vkey", log().verifierKey() + "\n");
    write("kept-6.note", log().note(6));
}

/// Files whose frames are well formed and lie.
void writeLies() {
    auto frames = log().whole();
    rewrite(entryOf(frames, 5), R"({"kind":"result","record_ref":"J-2"})");
    write("whole-record-rewritten.evidence", encode(frames));

    frames = log().whole();
    entryOf(frames, 3).payload += " ";
    write("whole-payload-altered.evidence", encode(frames));

    frames = log().whole();
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(entryAt(frames, 4)));
    write("whole-entry-removed.evidence", encode(frames));

    frames = log().range(1, 8);
    std::get<EvidenceHead>(frames[0]).scope = EvidenceScope::Whole;
    write("whole-tail-cut-off.evidence", encode(frames));

    frames = log().whole();
    std::swap(frames[entryAt(frames, 5)], frames[entryAt(frames, 6)]);
    write("whole-entries-swapped.evidence", encode(frames));

    frames = log().whole();
    std::get<EvidenceCheckpoint>(frames[1]).note = log().forgedNote(9);
    write("whole-checkpoint-forged.evidence", encode(frames));

    // A message whose body was exchanged, with the leaf and everything above it left as they were
    // signed.
    frames = log().whole();
    auto& payload = entryOf(frames, 2).payload;
    payload.replace(payload.find("A-1"), 3, "A-2");
    write("whole-body-exchanged.evidence", encode(frames));

    frames = log().range(3, 6);
    last<EvidenceEdge>(frames).roots[0][0] ^= 1;
    write("range-edge-altered.evidence", encode(frames));

    frames = log().range(3, 6);
    frames.pop_back();
    write("range-consistency-left-out.evidence", encode(frames));

    frames = log().range(3, 6);
    last<EvidenceConsistency>(frames).hashes[0][0] ^= 1;
    write("range-consistency-altered.evidence", encode(frames));

    frames = log().ticket();
    last<EvidencePath>(frames).hashes[0][0] ^= 1;
    write("ticket-path-altered.evidence", encode(frames));

    frames = log().ticket();
    rewrite(entryOf(frames, 5), R"({"kind":"result","record_ref":"J-2"})");
    write("ticket-record-rewritten.evidence", encode(frames));

    frames = log().ticket();
    frames.push_back(log().entry(9));
    frames.push_back(EvidencePath{9, log().path(9, 9)});
    write("ticket-entry-of-another.evidence", encode(frames));
}

/// The same ledger with SM3 beside SHA-256 in its leaves (国密).
void writeSecondDigests() {
    const EvidenceLedger both({.digest_algorithm = kDigestSha256Sm3});
    write("sm3.evidence", encode(both.whole()));
    write("sm3-ticket.evidence", encode(both.ticket()));

    // Whoever wrote the ledger signed a leaf whose SM3 is another payload's: SHA-256, tree and signatures fit.
    const EvidenceLedger lying({.digest_algorithm = kDigestSha256Sm3, .wrong_second_digest = 5});
    write("sm3-digest-of-another-payload.evidence", encode(lying.whole()));
    write("sm3-ticket-digest-of-another-payload.evidence", encode(lying.ticket()));

    auto frames = both.whole();
    entryOf(frames, 3).payload += " ";
    write("sm3-payload-altered.evidence", encode(frames));

    // Made to look like a leaf of before.
    frames = both.whole();
    auto leaf = *decodeLeaf(entryOf(frames, 5).leaf);
    leaf.header.digest_algorithm = kDigestSha256;
    entryOf(frames, 5).leaf = encodeLeaf(leaf.header, leaf.sha256Commitment());
    write("sm3-second-digest-dropped.evidence", encode(frames));

    frames = both.whole();
    entryOf(frames, 5).leaf.back() ^= 1;
    write("sm3-second-digest-altered.evidence", encode(frames));

    frames = both.whole();
    entryOf(frames, 5).leaf.resize(entryOf(frames, 5).leaf.size() - kHashBytes);
    write("sm3-second-digest-cut-off.evidence", encode(frames));

    frames = both.whole();
    entryOf(frames, 5).leaf[4] = 3;
    write("sm3-other-algorithm.evidence", encode(frames));
}

/// Where frame `index` begins.
std::size_t frameOffset(const std::string& file, int index) {
    std::size_t offset = kEvidenceMagic.size();
    for (; index > 0; --index)
        offset += 5 + base::ByteReader(std::string_view(file).substr(offset + 1)).u32();
    return offset;
}

/// Files whose octets were altered, some of which break the grammar.
void writeBroken() {
    const auto whole = encode(log().whole());
    write("whole-truncated.evidence", whole.substr(0, whole.size() / 2));
    write("whole-end-missing.evidence", whole.substr(0, whole.size() - 45));
    write("whole-trailing-octet.evidence", whole + "x");
    auto flipped = whole;
    flipped[whole.find("A-1")] ^= 1;
    write("whole-bit-flipped.evidence", flipped);
    auto time = whole;
    time[kEvidenceMagic.size() + 5 + 25] ^= 1;  // the last octet of exported_ms
    write("whole-time-altered.evidence", time);
    auto count = whole;
    count[whole.size() - 33] ^= 1;  // the last octet of entry_count
    write("whole-count-altered.evidence", count);
    auto oversize = whole;
    // The length of the head's frame: 4 GiB - 1 of a file that has a few KiB.
    oversize.replace(kEvidenceMagic.size() + 1, 4, "\xff\xff\xff\xff");
    write("whole-oversize-length.evidence", oversize);
    auto inner = whole;
    // Of the first entry: its leaf is said to be 65535 octets long.
    inner.replace(frameOffset(whole, 2) + 6, 2, "\xff\xff");
    write("whole-oversize-leaf.evidence", inner);
    auto version = whole;
    version[13] = '2';
    write("whole-other-version.evidence", version);
    auto frames = log().ticket();
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(entryAt(frames, 5)) + 1);
    write("ticket-path-left-out.evidence", encode(frames));
    frames = log().whole();
    frames.erase(frames.begin() + 1);
    write("whole-newest-checkpoint-left-out.evidence", encode(frames));
}

}  // namespace
}  // namespace yht::ledger

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "evidence_vectors DIR [sm3]\n";
        return 64;
    }
    yht::ledger::directory = argv[1];
    yht::ledger::writeSecondDigests();
    if (argc > 2) return 0;  // the others stay as they are
    yht::ledger::writeAccepted();
    yht::ledger::writeLies();
    yht::ledger::writeBroken();
    return 0;
}
