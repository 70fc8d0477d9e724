// Items of a message in a source's own format, made ready to be decided on: what the adapter made of each, validated
// against the catalogue. An item is one whole: where one of its records is wrong, the item is, with every field error.
// Errors name where the source wrote what is wrong ("/data/BT"), never what stood there:
//   pointer  the source's path; "target:title" where the field's value came from no path (a constant, a default)
// The trouble of an item has a fingerprint: the same for items that fail in the same places for the same reasons.
// Uses: kit, ticket, ledger. Used by: source_decide, source_messages, quarantine_decisions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/intake/admission/prepare.h"
#include "gateway/trust/partner.h"

namespace yht::intake {

inline constexpr std::size_t kRecordsPerItemMax = 500;   // beyond: the item goes into quarantine
inline constexpr std::size_t kItemErrorsKeptMax = 64;    // field errors kept of one item
inline constexpr std::size_t kPlaceBytesMax = 200;

/// Where the values of one record's fields came from. Valid as long as the adapter.
using Origins = std::vector<kit::FieldOrigin>;

/// An attachment that the item brings or names, to be had later (intake/attach).
struct NamedLater {
    std::size_t record_index = 0;  // of the item's records: the one that it belongs to
    std::uint64_t ordinal = 0;     // among the item's attachments
    std::string record_ref;        // of the attachment's record: the same whenever the same is named
};

struct SourceItem {
    std::uint64_t index = 0;
    std::string place;
    std::uint64_t raw_offset = 0, raw_bytes = 0;
    base::Bytes digest;  // SHA-256 of what a repeat would bring: its slice; else its value; else its place in the message
    kit::ItemFate fate = kit::ItemFate::Failed;
    std::string ignored_by;
    std::optional<base::Error> failure;  // Failed; or a record of it is invalid
    std::vector<PreparedItem> records;   // empty where failure is set
    std::vector<Origins> origins;        // of each record
    std::vector<NamedLater> attachments;
    kit::AdaptedCounts counts;
};

/// What an attachment's record is called at its source: the same file of the same record has the same name, in every
/// repeat of the item. "att-" and 32 hexadecimal digits.
std::string attachmentRef(const ticket::Record& belongs_to, const kit::AdaptedAttachment& attachment);

/// Makes items of one message. The message's bytes must outlive it. One thread.
class SourceItems {
public:
    /// `source`: the only one that its records may carry.
    SourceItems(std::string_view message, std::string source, base::Random& random);

    SourceItem prepare(kit::AdaptedItem&& adapted) const;
    /// The message as a whole, or what is left of it, as one failed item.
    SourceItem prepareRest(std::uint64_t index, base::Error failure) const;

private:
    base::Bytes digestOf(const kit::AdaptedItem& adapted) const;
    const base::Bytes& messageDigest() const;
    base::Bytes salt() const;
    void prepareRecords(std::vector<kit::AdaptedRecord>&& records, SourceItem& item) const;
    base::Status checkOwn(const ticket::Record& record) const;
    static void nameAttachments(
        const std::vector<kit::AdaptedAttachment>& attachments, SourceItem& item
    );

    const std::string_view message_;
    mutable base::Bytes message_digest_;  // "" until it is wanted: hardly ever
    mutable base::Bytes salts_;           // not given out yet: the kernel is asked once for many
    const std::string source_;
    base::Random& random_;
};

/// Under which region tickets of a source are numbered that was merged (整体并入): its desk is gone, they are the city's
/// own, so its centre's. "" for all others, and where the registry has no centre of that city.
std::string ticketRegionOf(const kit::Manifest& manifest, const trust::TrustSnapshot& registry);

/// An item that is some bytes of its message.
bool isSlice(std::uint64_t offset, std::uint64_t bytes, std::uint64_t message_bytes);

/// An error over a record's fields as one over the source's paths.
base::Error atSourcePaths(base::Error error, const Origins& origins);

/// 12 hexadecimal digits.
std::string fingerprintOf(const base::Error& error);

/// {"en":…,"fields":[{"code","en","limit","pointer","zh"}…],"zh":…}: what quarantine keeps beside the code.
std::string encodeErrorDetail(const base::Error& error);
/// The reverse; what can't be read is left out.
base::Error decodeErrorDetail(base::ErrorCode code, std::string_view detail_json);

}  // namespace yht::intake
