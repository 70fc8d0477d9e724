// Messages adapted once more (再适配), for looking only: what an adapter makes of raw bytes, as admission would get it, and
// how that differs from what another version makes or made. Differences are counted by kind and field; examples are masked.
// Nothing here writes. Uses: admission (source_items), kit/inbound, ledger. Used by: provenance, commands_adapters_trial,
// commands_adapters_replay, shadow.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/intake/admission/source_items.h"
#include "gateway/ledger/store/store.h"
#include "gateway/ticket/masking.h"

namespace yht::app {

inline constexpr std::size_t kDifferencePathsMax = 300;    // counted by name; the rest as one
inline constexpr std::size_t kDifferenceExamplesMax = 3;   // of one path
inline constexpr std::size_t kExampleCodePointsMax = 80;   // of one value
inline constexpr std::size_t kTroublesNamedMax = 200;      // of one kind of trouble
inline constexpr const char* kOtherPaths = "(other paths 其他)";

/// One record that an adapter makes, valid as admission wants it.
struct MadeRecord {
    ticket::Record record{ticket::Kind::Appeal};
    std::string canonical;  // the payload that it would have
    base::Bytes body_digest;
    ticket::Identity identity;
    ticket::VersionOrigin version_origin = ticket::VersionOrigin::Source;
    intake::Origins origins;
    std::uint64_t item_index = 0;
    std::string place;
};

/// What becomes of one message, and why. Names and places; native codes only in `unmapped`.
struct MadeOfMessage {
    std::uint64_t items = 0, failed = 0, ignored = 0;
    std::vector<MadeRecord> records;
    std::map<std::string, std::uint64_t> ignored_by;  // rule → items
    std::map<std::string, std::uint64_t> failures;    // "adapter.item_unmapped /TYPE:code_unmapped" → items
    std::map<std::string, std::uint64_t> unmapped;    // "kinds 疑难" → times
    std::map<std::string, std::uint64_t> unknown;     // member that no rule reads → times
    std::map<std::uint64_t, std::string> fates;       // item → "" records, else what stands in failures or ignored_by

    void add(const MadeOfMessage& other);  // counts and names; not records and fates
};

/// Errors are counted, never returned: a message that can't be read is one failed item.
MadeOfMessage makeOf(
    const kit::Adapter& adapter, std::string_view message, const kit::MessageContext& context, base::Random& random
);

/// A message's bytes as the ledger keeps them.
struct KeptMessage {
    ledger::LeafHeader header;
    std::string body;
    kit::MessageContext context;  // as it came
    bool blanked = false;  // items of an erased ticket were taken out
};
/// Errors: LedgerErased, LedgerCorrupt, NotFound.
base::Result<KeptMessage> keptMessage(ledger::View& view, ledger::Seq seq);

/// Differences, added up. Its names and examples are bounded, whatever comes.
class Differences {
public:
    struct Example {
        std::string record_ref, before, after;  // masked
    };
    struct OfPath {
        std::uint64_t count = 0;
        std::vector<Example> examples;
    };

    /// Counts two records of one thing; true where they differ. `persons` of both.
    bool compare(const ticket::Record& before, const ticket::Record& after, const ticket::Persons& persons);
    /// What is no field: "appeal (new 新增)", "(item 条目) accepted → failed".
    void count(const std::string& path, Example example = {});
    /// Everything that one version makes of a message beside what another does.
    void compareMessages(const MadeOfMessage& before, const MadeOfMessage& after);

    const std::map<std::string, OfPath>& paths() const { return paths_; }
    bool empty() const { return paths_.empty(); }
    /// As it was written down before. Requires: within the bounds.
    void restore(std::map<std::string, OfPath> paths) { paths_ = std::move(paths); }

private:
    std::map<std::string, OfPath> paths_;
};

/// A field's value as one line: lists and maps with "; " between.
std::string valueText(const ticket::Value& value);

}  // namespace yht::app
