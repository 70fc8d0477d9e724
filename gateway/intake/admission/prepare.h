// Prepare (准备): everything about a message that needs no ledger, on whatever thread the request
// came in. Parse within bounds, validate each item against the catalogue, canonicalise, digest,
// salt.
// Uses: json, ticket, crypto, trust. Used by: admission, decide.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/json/json.h"
#include "gateway/ledger/format/leaf.h"
#include "gateway/ticket/record.h"
#include "gateway/trust/verified_message.h"

namespace yht::intake {

inline constexpr std::size_t kItemsMax = 500;  // records of one array

/// One item of the body: a valid record, or the refusal in its place.
struct PreparedItem {
    std::optional<base::Error> refusal;
    std::string pointer;  // of the item in the body: "" or "/3"
    ticket::Record record{ticket::Kind::Appeal};
    ticket::Identity identity;  // version 0 where the source has none
    ticket::VersionOrigin version_origin = ticket::VersionOrigin::Source;
    base::UnixMillis event_ms = 0;
    std::string canonical;    // the payload to be; holds nothing that we derived
    base::Bytes body_digest;  // SHA-256 of it: what "the same content" means
    base::Bytes salt;
    std::vector<std::string> phones;  // ticket::namedPhones() of the record
};

/// A message ready to be decided on. Points into the VerifiedMessage it was made from.
struct PreparedMessage {
    const trust::Partner* speaker = nullptr;
    const trust::TrustSnapshot* registry = nullptr;
    ledger::Assurance assurance = ledger::Assurance::PartnerSignature;
    base::UnixMillis received_ms = 0;
    base::Bytes replay_key;
    base::Bytes payload;  // message_payload.h
    /// Instead of `payload`, of a message that may be large: made when its entry is appended, and held no longer than that.
    std::function<base::Bytes()> payload_when_appended = {};
    base::Bytes salt;
    bool array = false;
    std::vector<PreparedItem> items;
    // What leaves name as having made the records.
    std::string adapter = "normalized";
    std::string adapter_version = "1";
    /// Under which new tickets are numbered; "" the region of the record's source.
    std::string ticket_region;
    /// The source says everything again each time (manifest: `unchanged: duplicate`); decide.h, rule 4a.
    bool unchanged_is_duplicate = false;
    /// Where the message stands already, 0 for none: its records point there, and none is appended.
    std::optional<std::uint64_t> message_seq;
};

/// Requires: `message` outlives the result.
/// Errors (the whole message): JsonMalformed, RequestMalformed (neither object nor
/// array, or an empty array), TooManyItems. Per item: RecordInvalid (every field error; a
/// correction), SourceNotOwn.
base::Result<PreparedMessage> prepare(const trust::VerifiedMessage& message, base::Random& random);
/// The same of a body that has been read already, from whatever form: `body` is what the JSON would have been.
base::Result<PreparedMessage> prepare(
    const trust::VerifiedMessage& message, const rapidjson::Value& body, base::Random& random
);

/// Bytes and proof of a message, as its entry keeps them (message_payload.h), without the blanks: slices of the body,
/// ascending and apart, or all of it.
base::Bytes messagePayload(
    const trust::VerifiedMessage& message, const std::vector<Blank>& blanks = {}, const BesideBytes& beside = {}
);

/// One record that may already be trusted to be the speaker's: fills identity, canonical text,
/// digest.
PreparedItem prepareRecord(ticket::Record record, std::string pointer, base::Bytes salt);

}  // namespace yht::intake
