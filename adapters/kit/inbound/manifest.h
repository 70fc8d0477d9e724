// A source's manifest (适配清单): who the source is, what it may do, how its messages are decoded.
// A product is written once (products/<product>/product.yaml); a source is a JSON merge patch (RFC
// 7396) over it (sources/<id>/source.yaml): maps are merged, lists replaced, null removes. The
// mapping stands in files of its own, mapping.yaml in either folder, patched the same way. How to
// write one: adapters/README.md. Uses: base, decode_rules. Used by: adapter, intake (messages,
// health), app (yht adapters …).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "adapters/kit/decode_rules.h"

namespace yht::kit {

enum class Lifecycle : std::uint8_t {
    Draft,   // samples only: takes no message
    Shadow,  // messages are kept and adapted, nothing becomes a record
    Live,
    Retired,  // takes no message; what it made stays
};
const char* lifecycleName(Lifecycle lifecycle);

/// How the hotline was joined with 12345 (整合方式).
enum class IntegrationMode : std::uint8_t {
    Merged,      // 整体并入: its number and desk are gone; tickets are the city's own
    DualNumber,  // 双号并行: it keeps its number
    Branch,      // 设分中心: it keeps number and desk, and handles its own tickets
    Excluded,    // 暂不整合: records are kept, nothing is routed to the centre
};
const char* integrationModeName(IntegrationMode mode);

/// Who answers for the source, on our side of the telephone.
struct Owner {
    std::string unit, person, phone;
};

/// What is usual, so that what is not is noticed.
struct HealthRules {
    // fewest items of one hour; 0: none expected. Night is 22:00 to 07:00 in Shanghai.
    std::uint32_t workday_hour_min = 0, weekend_hour_min = 0, night_hour_min = 0;
    std::int64_t silent_after_s = 0;  // without an item, in hours that expect some; 0: never silent
    std::int64_t lag_s_max = 0;       // between an item's event and its arrival; 0: not judged
};

struct Manifest {
    std::string id, title;
    std::string product, product_title, product_version;
    std::string source;  // what records carry as `source`; the id unless said
    std::string party;   // whose numbers the source's ticket numbers are; `source` unless said
    std::string region;  // six characters, "" the source's in sources.yaml
    Owner owner;
    Lifecycle lifecycle = Lifecycle::Draft;
    IntegrationMode mode = IntegrationMode::DualNumber;
    std::uint8_t assurance_min = 1;  // the weakest proof it accepts, in the numbering of leaf
                                     // headers: 1 partner_signature (strongest) … 5 allow_list
    DecodeRules decode;
    HealthRules health;
    std::map<std::string, std::string>
        secrets;  // name → "file:NAME": a file of the deployment, never a value
};

}  // namespace yht::kit
