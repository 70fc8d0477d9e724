// A gateway as its partners see it: mutual TLS, signatures verified, one ticket for each (source,
// ticket_ref), receipts of a real Merkle tree. In memory; loses answers and refuses on command.
// Uses: trust, ledger/format, stage, test_support. Used by: tests of speaker, centre-sim,
// partner-sim.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "gateway/ledger/format/receipt.h"
#include "gateway/ledger/format/tree.h"
#include "gateway/trust/verifier.h"
#include "tests/support/pki.h"
#include "tools/speaker/acknowledgement.h"
#include "tools/speaker/gateway_client.h"
#include "tools/stage/listener.h"

namespace yht::test {

/// One record as it was taken.
struct PostedRecord {
    std::string identity;  // "source/kind/record_ref"
    std::string ticket_no;
    std::string canonical;
};

class FakeGateway {
public:
    FakeGateway();
    std::string url() const;
    std::string verifierKey() const;
    /// What a partner of this name needs to speak.
    speaker::SpeakerOptions speakerOptions(const std::string& partner) const;

    /// The next answers are lost after the records were taken; the next requests get 503; the next
    /// records 422.
    void loseAnswers(int count) { set(lose_, count); }
    void beBusy(int count) { set(busy_, count); }
    void refuseRecords(int count) { set(refuse_, count); }
    void refuseSignatures(int count) { set(refuse_signatures_, count); }
    /// Receipts commit to something else than what was sent.
    void cheat() { set(cheat_, 1); }

    std::vector<PostedRecord> taken() const;
    /// Waits until `count` records were taken; false after a generous time.
    bool waitForTaken(std::size_t count) const;
    int requests() const;

private:
    void set(int& counter, int count);
    stage::HttpAnswer handle(const stage::HttpRequest& request);
    stage::HttpAnswer submit(const std::string& body);
    std::string takeOne(const rapidjson::Value& value);
    std::string receiptOf(
        std::uint64_t seq, const std::string& ticket_no, const std::string& payload
    );

    const base::SystemClock clock_;
    const crypto::PrivateKey log_key_;
    trust::TrustHolder trust_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    // Protected by mutex_.
    int lose_ = 0, busy_ = 0, refuse_ = 0, refuse_signatures_ = 0, cheat_ = 0, requests_ = 0;
    std::vector<PostedRecord> taken_;
    std::map<std::string, std::size_t> index_;  // canonical text → place in taken_
    std::map<std::string, std::string> tickets_;
    ledger::TreeEdge edge_;
    std::map<std::pair<int, std::uint64_t>, base::Bytes> nodes_;
    std::unique_ptr<trust::RequestVerifier> verifier_;
    stage::Listener listener_;  // last: it serves until it is gone
};

}  // namespace yht::test
