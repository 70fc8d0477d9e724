// The played sources of adapters/sources beside a federation: their manifests put into its deployment, an SFTP server, a shared
// database, a board that is asked and takes results; tools/sources-sim says what a test wants said. Uses: federation.
// Used by: source scenarios.
#pragma once

#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

/// What `yht sources --json` says of one source.
struct SourceAccount {
    std::string state, reason;
    std::uint64_t received = 0, accepted = 0, duplicate = 0, quarantined = 0, refused = 0, ignored = 0, open_quarantine = 0;
    bool balances = false;
    std::uint64_t decided() const { return accepted + quarantined + refused; }
};

class SourcesWorld {
public:
    /// Before the gateway starts. No server runs yet.
    explicit SourcesWorld(Federation& federation);
    ~SourcesWorld();

    void startSftp();
    void stopSftp() { sftp_.stop(SIGTERM); }
    /// The board and whoever waits for results; `more` words of `sources-sim serve`. One that runs is ended first.
    void serve(const std::vector<std::string>& more = {"--cases", "0"});
    /// Its exit code: 0, unless a result that came home was wrong.
    int stopServing() { return serving_.stop(SIGTERM); }
    /// Both servers.
    void start() {
        startSftp();
        serve();
    }

    /// `sources-sim SHAPE …` with where and as whom that shape speaks; the exit code.
    int say(const std::string& shape, std::vector<std::string> more = {});
    /// What the last of them printed: lines of JSON.
    const std::string& said() const { return said_; }
    /// All of them, the board served anew with the same words.
    void everybodySays(const std::vector<std::string>& more);

    /// Of all of them, by one look; without anything where there is no ledger yet.
    std::map<std::string, SourceAccount> accounts();
    SourceAccount account(const std::string& source) { return accounts()[source]; }
    /// Waits until so many items, or more, of the source's are decided: accepted, in quarantine or refused.
    void waitUntilDecided(const std::string& source, std::uint64_t items);

    /// A path of what is the sources' own: "zz-12348", "sftp/out", "exchange.db".
    std::string path(const std::string& name) const { return federation_.directory() + "/world/" + name; }
    std::string pki(const std::string& name) const { return federation_.directory() + "/pki/" + name; }

private:
    std::string secret(const std::string& name) const;
    std::string log(const std::string& name) const { return federation_.directory() + "/" + name + ".log"; }

    Federation& federation_;
    std::string said_;
    PortLease channels_port_, serve_port_, sftp_port_;
    Child sftp_, serving_;
};

/// The sources, in the order of shapes: 110, 12315, third, exchange, district, workbook, foxpro, grid, board.
inline constexpr const char* kPlayedSources[] = {"zz-110",   "zz-12315", "zz-street",  "zz-12319",    "zz-hetang",
                                                 "zz-12348", "bj-12355", "zz-shifeng", "zz-zhizhuxia"};

}  // namespace yht::scenarios
