// Fetching (取数): one source's way of being asked, begun from a cursor. A pull gives portions; each becomes one message.
//   begin(cursor)   the cursor as it was kept, "" a source that is asked for the first time
//   next()          the next portion; nothing: that was all for now
//   settle()        the portion is durable, with its cursor: a file may be moved, a row be marked. What fails here is
//                   done again after the next pull, and brings nothing new
// A puller keeps no truth: after a crash a new one goes on from the kept cursor, and what it gives twice is known.
// Uses: transport, inbound (manifest). Used by: intake/pull; dry runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "adapters/kit/inbound/manifest.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/trust/peer_evidence.h"

namespace yht::trust {
class PeerJudge;  // handshake.h
}

namespace yht::kit {

/// What a puller needs of the place it runs in.
struct PullSurroundings {
    const base::Clock& clock;
    /// The value of one of the manifest's secrets; and the path of its file, for keys that libraries read themselves.
    std::function<base::Result<std::string>(const std::string& name)> secret;
    std::function<base::Result<std::string>(const std::string& name)> secret_path;
    /// The path of a file of the deployment.
    std::function<std::string(const std::string& file)> deployment_path;
    /// What is remembered of a file ("" nothing): the mark of the portion that it came in.
    std::function<std::string(const std::string& name)> file_mark;
    std::function<void()> before_request;  // waits where the source's rate asks for it
    /// Of the certificate that a far side shows over HTTPS and FTPS; nullptr: nobody is asked whether it is revoked.
    std::shared_ptr<const trust::PeerJudge> judge = {};
    std::stop_token stop;
    bool dry = false;  // only looking: nothing at the source is moved, deleted or marked
};

struct Portion {
    std::string body;
    std::string content_type, file_name;
    bool message = true;  // false: nothing to hand in, but cursor and mark move on
    /// It can't become a message (too large): counted as refused, then as above.
    std::optional<base::Error> refusal;
    std::string cursor;                       // from now on
    std::string mark_of_file, file_mark;      // to be remembered; "" nothing
    std::uint64_t items = 0;                  // as far as they were counted here
    trust::PeerEvidence evidence;
};

/// Used by one thread.
class Puller {
public:
    /// Requires: manifest.pull. Connects at begin(). Errors: ConfigInvalid, ManifestInvalid.
    static base::Result<std::unique_ptr<Puller>> make(const Manifest& manifest, PullSurroundings surroundings);
    virtual ~Puller() = default;

    /// Errors of all three: the transport's; PeerAnswerInvalid.
    virtual base::Status begin(const std::string& cursor) = 0;
    virtual base::Result<std::optional<Portion>> next() = 0;
    virtual base::Status settle() = 0;
    /// The pull ended at one of its bounds: there is more.
    virtual bool more() const = 0;
};

base::Result<std::unique_ptr<Puller>> makeFilesPuller(const Manifest& manifest, PullSurroundings surroundings);
base::Result<std::unique_ptr<Puller>> makeHttpPuller(const Manifest& manifest, PullSurroundings surroundings);
base::Result<std::unique_ptr<Puller>> makeDatabasePuller(const Manifest& manifest, PullSurroundings surroundings);

}  // namespace yht::kit
