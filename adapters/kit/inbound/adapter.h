// The adapter (适配器) of one source: a message in the source's own format becomes items, and each
// item becomes normalized records, or a failure that says why, or is ignored by a rule that has a
// name. Nothing is dropped: every item that the decoder saw comes out with one of the three fates.
// Pure: no ledger, no network, no clock but the one it is given. What repeats or changed is decided
// by admission, which sees the ledger; an adapter says everything that the item says, every time.
// What it makes has the version that stands beside it: changing a mapping never changes what the
// old one made. Uses: manifest, decoder, inbound mapping, functions. Used by: intake (messages),
// app (yht adapters …).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/decoder.h"
#include "adapters/kit/inbound/manifest.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/ticket/record.h"

namespace yht::kit {

/// What is known of a message beside its bytes.
struct MessageContext {
    std::string content_type;  // as the transport said, "" none
    std::string file_name;     // of a file, without its folder, "" none
    base::UnixMillis received_ms = 0;
    std::string origin;  // "history" or "late": stands in every record that says nothing else of it
    bool trace = false;  // fill AdaptedRecord::origins and AdaptedItem::observations
};

/// An operator's repair of one item, before it is mapped: the value at `path` (path.h; "*" is not
/// allowed) becomes this text. Applies to the item with that index only.
struct ItemPatch {
    std::uint64_t index = 0;
    std::string path;
    std::string text;
};

enum class ItemFate : std::uint8_t { Records, Failed, Ignored };

/// Where a field of a record came from: what `yht ledger show --why` tells. Made for every field of every item, so that its
/// texts are the adapter's own: valid as long as the adapter.
struct FieldOrigin {
    ticket::Field field;
    std::string_view rule;        // "police110/mapping.yaml:31"
    std::string_view path;        // source path that gave the value; "" a constant or default
    std::string_view map_name;    // of a Map field: the entry's name
    std::string_view table;       // "status.csv"; "" none
    std::uint32_t table_line = 0;

    /// "status.csv:7"; "" none.
    std::string vocabularyRow() const {
        return table.empty() ? std::string() : std::string(table) + ":" + std::to_string(table_line);
    }
};

struct AdaptedRecord {
    ticket::Record record;             // not yet validated: admission does that
    std::vector<FieldOrigin> origins;  // only where asked for
};

/// What a manifest's counters found; added up by the source's health.
struct AdaptedCounts {
    std::uint64_t unmapped_codes = 0;   // rows whose code is in no table: accept_as or quarantine
    std::uint64_t unknown_members = 0;  // members that no rule reads and known_unused does not name
    std::uint64_t cut_texts = 0;        // texts cut at their field's length, where the row says so
};

/// One finding by name, for coverage and the quarantine screen. A native code may stand in it:
/// local use only.
struct Observation {
    enum class Kind : std::uint8_t { UnmappedCode, UnknownMember };
    Kind kind = Kind::UnknownMember;
    std::string place;  // "satisfaction.csv"; "/data/NEWCOLUMN"
    std::string text;   // the native code; "" else
};

/// An attachment that the item brings or names. The kit fetches and stores nothing: whoever does
/// makes the attachment record (digest, size) from it.
struct AdaptedAttachment {
    enum class Kind : std::uint8_t {
        Value,    // `content` is base64 of the bytes, as the source wrote it
        Url,      // `content` is a URL: only allow-listed hosts may be asked
        TwoStep,  // `content` is the source's own number of the file, to be asked for in a second
                  // step
    };
    Kind kind = Kind::Url;
    std::string content, file_name, media_type, attachment_type;  // "" where the item does not say
    std::size_t record_index = 0;  // of AdaptedItem::records: the record that it belongs to
};

struct AdaptedItem {
    std::uint64_t index = 0;
    std::string place;
    std::uint64_t raw_offset = 0, raw_bytes = 0;
    base::Bytes value_digest;  // SHA-256 of its value's canonicalForm(), before patches; "" where it is a slice, or was
                               // not decoded
    ItemFate fate = ItemFate::Failed;
    std::vector<AdaptedRecord> records;  // Records: at least one
    std::optional<base::Error>
        failure;  // Failed: a code of the error table; fields name source paths, never values
    std::string ignored_by;  // Ignored: the rule's name
    std::string number;      // Ignored, Failed: of what had been made of its records (item_number.h), which are gone
    std::vector<AdaptedAttachment> attachments;
    AdaptedCounts counts;
    std::vector<Observation> observations;  // only where asked for
};

using AdaptedSink = std::function<bool(AdaptedItem&&)>;

/// Immutable. Thread-safety: any thread.
class Adapter {
public:
    /// Reads SOURCES_DIRECTORY/<id>/ and the product that it names. Errors: ManifestInvalid, every
    /// mistake a line of `detail` with file, line, key and the nearest right name.
    static base::Result<std::shared_ptr<const Adapter>> load(
        const std::string& sources_directory, const std::string& products_directory,
        const std::string& id
    );
    virtual ~Adapter() = default;

    virtual const Manifest& manifest() const = 0;
    /// First 16 hex digits of the SHA-256 over everything that decides what it makes: the effective
    /// manifest, mapping, vocabularies, functions, and the kit's own version. Every record it makes
    /// names it.
    virtual const std::string& version() const = 0;
    /// Every item in order. Errors: the message as a whole, or what is left of it, can't be read:
    /// the caller keeps it as one failed item, whose index follows the last one handed over.
    virtual base::Status adapt(
        std::string_view message, const MessageContext& context,
        const std::vector<ItemPatch>& patches, const AdaptedSink& sink
    ) const = 0;
};

}  // namespace yht::kit
