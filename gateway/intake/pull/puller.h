// One way of asking a source for what is new. A puller hands on what it gets, piece by piece, and moves the state on
// after each piece that was taken: the ledger has it then. It keeps no thread and waits for nothing but its far side.
// Uses: transport, pull_state, trust (peer_evidence). Used by: pull_worker.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "adapters/kit/inbound/manifest.h"
#include "gateway/intake/pull/pull_state.h"
#include "gateway/trust/peer_evidence.h"

namespace yht::intake {

struct PulledMessage {
    std::string bytes;
    std::string file_name;     // "" none
    std::string content_type;  // "" none
    std::string what;          // for the proof: file, page, rows; no personal data
    trust::PeerEvidence evidence;
};

/// What the rest of the gateway does for a puller.
struct PullSide {
    /// Blocks until the message is in the ledger. Gives how many items it had. Errors: as SourceMessages::submitMessage();
    /// the piece is asked for again then.
    std::function<base::Result<std::uint64_t>(PulledMessage)> take;
    /// The state is moved on, and on the disk.
    std::function<base::Status()> remember;
    /// Waits for the next request of the source's rate. False: stop.
    std::function<bool()> pace;
    base::UnixMillis now_ms = 0;
};

struct PullRound {
    std::uint64_t items = 0;
    bool more = false;  // it ended at a bound: the next round should begin at once
    std::string complaint;  // something was passed over (a file too large), for the operator; no personal data
};

class Puller {
public:
    virtual ~Puller() = default;
    /// One round. Errors: those of the transport and of `take`; what was taken before stays taken.
    virtual base::Result<PullRound> pull(PullState& state, const PullSide& side) = 0;
};

/// Reads a file of the deployment that others can't read. Errors: ConfigInvalid, IoFailed.
using NamedSecret = std::function<base::Result<std::string>(const std::string& name)>;

struct PullerParts {
    const kit::Manifest& manifest;  // outlives it; has `pull`
    std::string directory;          // of the deployment: for certificates
    NamedSecret secret;            // by the name in the manifest's secrets
    std::function<std::string(const std::string& name)> secret_path;
    std::stop_token stop;
};
/// Errors: ConfigInvalid, ManifestInvalid, IoFailed.
base::Result<std::unique_ptr<Puller>> makeFilePuller(const PullerParts& parts);
base::Result<std::unique_ptr<Puller>> makeHttpPuller(const PullerParts& parts);
base::Result<std::unique_ptr<Puller>> makeDatabasePuller(const PullerParts& parts);
/// By the manifest's way.
base::Result<std::unique_ptr<Puller>> makePuller(const PullerParts& parts);

}  // namespace yht::intake
