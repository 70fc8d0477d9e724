// The oracle of every fault run: what the clients were told, and what of it does not hold.
// Uses: federation, ledger/format. Used by: the scenarios, the fault suite.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

struct Acknowledgement {
    std::string ticket_no;
    std::string receipt;  // as it came
};
using Acknowledgements = std::map<std::string, Acknowledgement>;  // by record_ref

/// What the clients were told. Thread-safety: any thread.
class AcknowledgementLog {
public:
    void add(const std::string& ref, Acknowledgement acknowledgement);
    /// Answers that no careful client may get: neither a receipt nor "later".
    void addRefusal(const std::string& ref, const Reply& reply);
    Acknowledgements all() const;
    std::vector<std::string> contradictions() const;

private:
    mutable std::mutex mutex_;
    Acknowledgements all_;
    std::vector<std::string> contradictions_;
};

/// What partners speak. Soap: the first two of three, so that both doors are open.
enum class Speech : std::uint8_t { Rest, Soap };

/// Three partners, each on a thread of its own, posting one record after the other, each until it is acknowledged: what a
/// careful partner does.
class CarefulPartners {
public:
    static constexpr std::size_t kCount = 3;
    CarefulPartners(Federation& federation, AcknowledgementLog& log, Speech speech = Speech::Rest);
    /// What was posted under that record_ref.
    static std::string recordOf(const std::string& ref);
    /// Ends when each has its last record acknowledged. Requires: a gateway that runs.
    void stop();
    ~CarefulPartners() { stop(); }

private:
    void post(const std::string& name, const std::string& source, Speech speech);
    bool postOnce(PartnerClient& client, const std::string& ref, const std::string& record, Speech speech);

    Federation& federation_;
    AcknowledgementLog& log_;
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> threads_;
};

/// What was acknowledged and does not hold, a line each; empty: nothing is lost, doubled or crossed, every receipt
/// verifies, the province has every record once, the ledger verifies. Requires: gateway and province run.
/// Posts one last record of its own. `sent_again`: records that the province took a second time, under another number, in place of
/// what it had of them, as a ledger that was lost and restored has it.
std::vector<std::string> brokenPromises(Federation& federation, AcknowledgementLog& log, std::size_t sent_again = 0);

}  // namespace yht::scenarios
