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
#include <vector>

#include "adapters/kit/decode_rules.h"
#include "adapters/kit/inbound/endpoint_rules.h"
#include "adapters/kit/inbound/pull_rules.h"
#include "adapters/kit/inbound/results_rules.h"

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
    std::int64_t lag_s_max = 0;       // from the newest event to its arrival; 0: not judged
    std::uint32_t quarantine_percent_max = 5;  // of today's items; more: degraded
    bool handed_over_once = false;  // an archive: nothing more is expected, so none of the above but the last
};

/// How what an item brings or names beside itself (附件) is had: asked for once its records are in the ledger
/// (gateway/intake/attach). Empty `hosts`: only bytes that stand in the message are taken.
struct AttachmentAccess {
    /// "files.example", "files.example:8443" or a literal address. Nobody else is asked. A private or loopback address is
    /// reached only where it stands here itself, whatever a name resolves to.
    std::vector<std::string> hosts;
    bool plain_http = false;  // http:// too
    std::string ca;           // "file:NAME" of the deployment, PEM; "" the system's authorities
    std::int64_t timeout_s = 60;                  // of one request, connecting included
    std::uint64_t bytes_max = 50ULL << 20;        // of one attachment
    std::map<std::string, std::string> headers;   // templates: {secret:NAME}, of every request
    /// What is asked for a number of the source's own; "" such attachments can't be had.
    std::string two_step_url;                     // template: {number}, {secret:NAME}
    bool two_step_post = false;
    std::map<std::string, std::string> two_step_headers;  // beside the others
    std::string two_step_body, two_step_content_type;     // of a POST; body is a template
    std::string two_step_content;                 // path of base64 in a JSON answer; "" the answer is the file
};
inline constexpr std::uint64_t kAttachmentBytesMax = 200ULL << 20;
inline constexpr std::int64_t kAttachmentTimeoutSecondsMax = 600;
inline constexpr std::size_t kAttachmentHostsMax = 64;

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
    /// `unchanged: duplicate`: what differs from the newest of its record in version or modification time alone is a repeat of
    /// it, as in an export of everything, every day. Else it is a version.
    bool unchanged_is_duplicate = false;
    std::string hotline;  // 热线号码, "12315"; of its appeals by telephone that name none; merged: of its history; "" none
    DecodeRules decode;
    AttachmentAccess attachments;
    HealthRules health;
    std::optional<PullRules> pull;  // none: the source pushes
    std::optional<ResultsRules> results;  // none: nothing goes back, unless routes.yaml says so
    std::map<std::string, std::string>
        secrets;  // name → "file:NAME": a file of the deployment, never a value
    std::vector<EndpointRules> endpoints;  // what old systems call
};

}  // namespace yht::kit
