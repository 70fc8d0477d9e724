// Which destination is to have a record: a table that can be read aloud, and the function that
// reads it. Pure.
//
// routes.yaml of the deployment directory. Unknown keys, unknown kinds and rules that name no
// destination are refused with file and line.
//
//   destinations:
//     province-zz:                 # the id of a destination that the deployment has
//       party: province            # whose numbers its receipts carry, and who is never sent its
//                                  #   own records back; default: the destination's id
//       from: start                # start | now: where it begins, if it was never served
//       mask_secret: true          # 保密 tickets go out masked; false only for province and centre. Default true
//       late_after_s: 600          # waited longer: 补报; default: the destination's own
//       lanes: 4                   # batches under way at once, of different tickets, 1 to 8
//       attachments: false         # true: the bytes of what its records name follow, on a queue of their own
//       dispatches: false          # true: it dispatches and handles tickets (the city's centre). It never has what
//                                  #   an excluded source (暂不整合) began or says; what a branch (设分中心)
//                                  #   began comes marked for_information
//       trial: false               # true: is sent the trial ledger (联调) and nothing else
//       maintenance:               # announced windows: nothing is sent, nobody is alarmed
//         - {from: "2019-04-18T01:00:00+08:00", to: "2019-04-18T03:00:00+08:00"}
//   routes:                        # the first rule of a destination that matches decides;
//                                  #   where none does, nothing is sent
//     - destination: province-zz
//       priority: 100              # greater is asked first, then file order; default 0
//       send: true                 # false: what matches is not sent; default true
//       kinds: [appeal, result]    # this and the next seven: everything where absent
//       sources: [centre-zz]       # the record's source is one of these
//       not_sources: [trial]       # … and none of these
//       not_from: [province-down]  # … nor of these: the far side under its other names
//       regions: ["4302"]          # the ticket number's region begins with one of these; without
//                                  #   a ticket it is the source's region
//       modes: [merged, branch]    # how the hotline that began the ticket was joined (integration.h); a source
//                                  #   without a manifest has none and matches no list of modes
//       not_modes: [excluded]      # … and is none of these
//       tickets_of: [partner-110]  # one of these parties has a number for the ticket, so that
//                                  #   results go home
// A destination with attachments stands in the table twice: as itself, and as "<id>.attachments", whose queue,
// cursor, breaker and dead letters are its own. The rules are asked once, for both.
// Uses: base, ticket, yaml-cpp. Used by: router, app.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/delivery/breaker.h"
#include "gateway/delivery/integration.h"
#include "gateway/ticket/catalogue.h"

namespace yht::delivery {

inline constexpr std::size_t kDestinationsMax = 256;
inline constexpr std::size_t kRoutesMax = 4096;
inline constexpr std::size_t kRouteListMax = 1024;  // entries of one list of a rule
inline constexpr std::size_t kLanesMax = 8;
inline constexpr std::size_t kLanesDefault = 4;

/// What entries of routes.yaml may hold; gateway/app/README.md explains each.
inline constexpr const char* kRouteDestinationKeys[] = {"party", "from",  "mask_secret",
                                                        "late_after_s", "lanes", "attachments",
                                                        "dispatches", "trial", "maintenance"};
inline constexpr const char* kMaintenanceKeys[] = {"from", "to"};
inline constexpr const char* kRouteRuleKeys[] = {"destination", "priority", "send",
                                                 "kinds",       "sources",  "not_sources",
                                                 "not_from",    "regions",  "modes",
                                                 "not_modes",   "tickets_of"};

enum class StartFrom : std::uint8_t { Start, Now };

/// Settings of one destination.
struct DestinationRow {
    std::string id;
    std::string party;
    StartFrom from = StartFrom::Start;
    bool mask_secret = true;
    std::int64_t late_after_ms = 0;  // 0: what the destination itself says
    std::size_t lanes = kLanesDefault;
    bool attachments = false;
    bool dispatches = false;  // 派单方: integration modes act on it
    bool trial = false;  // of the trial ledger
    bool of_manifest = false;  // not of routes.yaml: what goes home to a source, as its manifest says
    std::vector<MaintenanceWindow> maintenance;
    /// A queue of attachments: the destination whose records name them. "" for every other.
    std::string attachments_of;
};

/// The id under which a destination's attachments are delivered.
std::string attachmentsQueueOf(const std::string& id);
/// Of the router's cursor for a destination, in the ledger.
std::string routeCursorName(const std::string& id);
inline constexpr std::size_t kAttachmentLanes = 2;  // a film does not hold up the photographs

struct RouteRule {
    std::string destination;
    std::int64_t priority = 0;
    bool send = true;
    ticket::KindSet kinds = 0;  // 0: all
    std::vector<std::string> sources, not_sources, not_from, regions, modes, not_modes, tickets_of;
};

/// What the table needs to know of one record; no content.
struct RouteFacts {
    ticket::Kind kind = ticket::Kind::Appeal;
    std::string source;
    std::string region;                // of the ticket number, or of the source where there is none
    std::string mode;                  // integration.h
    std::vector<std::string> parties;  // that have a number for the ticket
};

/// Immutable after loading.
class RouteTable {
public:
    RouteTable() = default;
    /// Adds the queues of attachments. Errors: ConfigInvalid where a rule names no destination, a bound is broken, or
    /// two destinations have one id.
    static base::Result<RouteTable> make(
        std::vector<DestinationRow> destinations, std::vector<RouteRule> rules
    );

    const std::vector<DestinationRow>& destinations() const { return destinations_; }
    /// In the order in which they are asked.
    const std::vector<RouteRule>& rules() const { return rules_; }
    const DestinationRow* findDestination(const std::string& id) const;
    /// What concerns the trial ledger alone, or the live one alone.
    RouteTable part(bool trial) const;
    /// Whether RouteFacts::parties is looked at by any rule.
    bool needsParties() const { return needs_parties_; }
    /// Whether RouteFacts::mode is looked at.
    bool needsModes() const { return needs_modes_; }
    /// Never true for a record whose source is the destination's own party.
    bool sends(const DestinationRow& destination, const RouteFacts& facts) const;

private:
    std::vector<DestinationRow> destinations_;
    std::vector<RouteRule> rules_;  // in the order in which they are asked
    bool needs_parties_ = false, needs_modes_ = false;
};

/// Whether `source` is the far side itself.
bool isOwnSource(const DestinationRow& destination, const std::string& source);

/// Errors: ConfigInvalid with file:line and what to write; IoFailed.
base::Result<RouteTable> loadRoutes(const std::string& path);

}  // namespace yht::delivery
