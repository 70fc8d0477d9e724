#include "tests/unit/gateway/ledger/format/evidence_ledger.h"

#include <algorithm>
#include <bit>

#include "gateway/crypto/sm3.h"
#include "tests/support/pki.h"

namespace yht::ledger {
namespace {

using base::Bytes;

constexpr std::uint64_t kCommits[] = {1, 3, 6, 8, 9};
constexpr base::UnixMillis kFirstMs = 1'555'520'400'000;  // 2019-04-18T01:00:00+08:00

void appendPart(Bytes& out, const std::string& part) {
    base::appendU32(out, static_cast<std::uint32_t>(part.size()));
    out += part;
}

crypto::Certificate certificateOf(const test::CertificateFiles& files) {
    return *crypto::Certificate::fromPem(files.certificatePem());
}

}  // namespace

EvidenceLedger::EvidenceLedger(const Options& options)
    : options_(options),
      log_key_(*crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x07'))),
      partner_key_(*crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x08'))),
      partner_(certificateOf(test::sharedPki().gateway())) {
    const auto files = test::sharedPki().issue({.name = "partner", .key = test::KeyKind::Ed25519});
    partner_key_ = *crypto::PrivateKey::fromPem(files.privateKeyPem());
    partner_ = certificateOf(files);
    roots_.push_back(edge_.root());
    const std::string one = R"({"kind":"appeal","record_ref":"A-1"})",
                      two = R"({"kind":"result","record_ref":"J-1"})",
                      three = R"({"kind":"appeal","record_ref":"B-1"})";
    append({.type = EntryType::Key}, "log key taken into use");
    append(
        {.type = EntryType::Message, .message_seq = 2, .source = "zz-12315"}, signedMessage(one)
    );
    append(
        {.type = EntryType::Record,
         .kind = 1,
         .message_seq = 2,
         .source = "zz-12315",
         .ticket_no = kTicket},
        one
    );
    append(
        {.type = EntryType::Message, .message_seq = 4, .source = "zz-12345"},
        signedMessage("[" + two + "," + three + "]")
    );
    append(
        {.type = EntryType::Record,
         .kind = 4,
         .message_seq = 4,
         .source = "zz-12345",
         .ticket_no = kTicket},
        two
    );
    append(
        {.type = EntryType::Record,
         .kind = 1,
         .message_seq = 4,
         .source = "zz-12345",
         .ticket_no = kOtherTicket},
        three
    );
    append(
        {.type = EntryType::Outcome, .source = "province", .ticket_no = kTicket}, "{}",
        PayloadIs::Erased
    );
    append(
        {.type = EntryType::Outcome, .source = "province", .ticket_no = kTicket},
        R"({"result":"accepted"})"
    );
    append(
        {.type = EntryType::Message, .message_seq = 9, .source = "mailbox"}, "\x02 another form"
    );
}

void EvidenceLedger::append(LeafHeader header, const std::string& payload, PayloadIs payload_is) {
    header.seq = size() + 1;
    header.received_ms = kFirstMs + static_cast<base::UnixMillis>(header.seq) * 1000;
    header.committed_ms = header.received_ms + 7;
    header.config_digest = crypto::sha256({});
    header.digest_algorithm = options_.digest_algorithm;
    const Bytes salt(kSaltBytes, static_cast<char>('a' + header.seq));
    auto commitment = commitmentOf(salt, payload, header.digest_algorithm);
    if (header.seq == options_.wrong_second_digest) {
        commitment.replace(kHashBytes, kHashBytes, crypto::sm3(salt, payload + " "));
    }
    EvidenceEntry entry{.payload_is = payload_is, .leaf = encodeLeaf(header, commitment)};
    if (payload_is == PayloadIs::There) {
        entry.salt = salt;
        entry.payload = payload;
    }
    std::vector<Node> completed;
    edge_.append(leafHash(entry.leaf), completed);
    for (auto& node : completed) nodes_[{node.level, node.index}] = node.hash;
    roots_.push_back(edge_.root());
    entries_.push_back(std::move(entry));
}

std::string EvidenceLedger::signedMessage(const std::string& body) const {
    const std::string base =
        "\"@method\": POST\n\"@target-uri\": https://gateway.example/v1/records\n"
        "\"content-type\": application/json\n\"content-digest\": sha-256=:" +
        base::toBase64(crypto::sha256(body)) +
        ":\n\"@signature-params\": (\"@method\" \"@target-uri\" \"content-type\" "
        "\"content-digest\")"
        ";created=1555520401;keyid=\"" +
        partner_.fingerprint() + "\";alg=\"ed25519\";tag=\"yht\"";
    Bytes payload(1, '\x01');
    appendPart(payload, body);
    appendPart(payload, base);
    appendPart(payload, *partner_key_.sign(crypto::SignatureAlgorithm::Ed25519, base));
    appendPart(payload, partner_.fingerprint());
    appendPart(payload, "ed25519");
    return payload;
}

TreeEdge::NodeReader EvidenceLedger::nodes() const {
    return [this](std::uint8_t level, std::uint64_t index) -> base::Result<Bytes> {
        return nodes_.at({level, index});
    };
}

std::vector<Bytes> EvidenceLedger::path(std::uint64_t seq, std::uint64_t size) const {
    return *inclusionPath(seq - 1, size, nodes());
}

std::string EvidenceLedger::noteBy(const crypto::PrivateKey& key, std::uint64_t size) const {
    return *signCheckpoint({kOrigin, size, roots_.at(size)}, "yht.example/430200", key);
}
std::string EvidenceLedger::note(std::uint64_t size) const {
    return noteBy(log_key_, size);
}
std::string EvidenceLedger::forgedNote(std::uint64_t size) const {
    return noteBy(*crypto::PrivateKey::fromEd25519Seed(Bytes(32, '\x09')), size);
}
std::string EvidenceLedger::verifierKey() const {
    return ledger::verifierKey("yht.example/430200", log_key_.publicKey());
}

Frames EvidenceLedger::range(EvidenceScope scope, std::uint64_t from, std::uint64_t to) const {
    Frames frames{
        EvidenceHead{
            .scope = scope,
            .from = from,
            .to = to,
            .exported_ms = kFirstMs,
            .verifier_key = verifierKey()},
        EvidenceCheckpoint{note(size())}};
    if (from > 1) {
        auto edge = path(from, from);
        std::reverse(edge.begin(), edge.end());
        frames.push_back(EvidenceEdge{edge});
    }
    bool certified = false;
    for (std::uint64_t seq = from; seq <= to; ++seq) {
        if ((seq == 2 || seq == 4) && !certified)
            frames.push_back(EvidenceCertificate{partner_.toDer()});
        certified = certified || seq == 2 || seq == 4;
        frames.push_back(entry(seq));
        if (std::ranges::find(kCommits, seq) != std::end(kCommits))
            frames.push_back(EvidenceCheckpoint{note(seq)});
    }
    if (to < size())
        frames.push_back(EvidenceConsistency{to, size(), *consistencyPath(to, size(), nodes())});
    return frames;
}

Frames EvidenceLedger::ticket() const {
    Frames frames{
        EvidenceHead{
            .scope = EvidenceScope::Ticket,
            .exported_ms = kFirstMs,
            .ticket_no = kTicket,
            .verifier_key = verifierKey()},
        EvidenceCheckpoint{note(size())}, EvidenceCertificate{partner_.toDer()}};
    for (const std::uint64_t seq : {2, 3, 4, 5, 7, 8}) {
        auto one = entry(seq);
        if (seq == 4) one = {.payload_is = PayloadIs::LeftOut, .leaf = one.leaf};
        frames.push_back(std::move(one));
        frames.push_back(EvidencePath{seq, path(seq, size())});
    }
    return frames;
}

std::string encode(const Frames& frames) {
    std::string file;
    EvidenceWriter writer([&](base::BytesView bytes) -> base::Status {
        file += bytes;
        return {};
    });
    for (const auto& frame : frames) YHT_ASSERT(writer.write(frame).ok());
    YHT_ASSERT(writer.finish().ok());
    return file;
}

}  // namespace yht::ledger
