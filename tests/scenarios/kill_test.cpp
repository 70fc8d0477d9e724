// kill -9 of gateway and province at random moments while partners post. The clients' own log of acknowledgements
// is the oracle: nothing acknowledged is lost, doubled or crossed, and every receipt verifies.
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include "gateway/base/random.h"
#include "gateway/ledger/format/receipt.h"
#include "tests/scenarios/federation.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;

struct Acknowledgement {
    std::string ticket_no;
    std::string receipt;  // as it came
};

/// What the clients were told. Thread-safety: any thread.
class AcknowledgementLog {
public:
    void add(const std::string& ref, Acknowledgement acknowledgement) {
        const std::lock_guard lock(mutex_);
        const auto [at, inserted] = all_.try_emplace(ref, acknowledgement);
        EXPECT_TRUE(inserted || at->second.ticket_no == acknowledgement.ticket_no) << ref << " was acknowledged under two tickets";
    }
    std::map<std::string, Acknowledgement> all() const {
        const std::lock_guard lock(mutex_);
        return all_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Acknowledgement> all_;
};

/// YHT_KILLS raises the number of kills for a long run.
int killCount() {
    const char* text = std::getenv("YHT_KILLS");
    return text == nullptr ? 8 : std::atoi(text);
}

class Kill : public testing::Test {
protected:
    /// Posts one record after the other, each until it is acknowledged: what a careful partner does.
    void postUntilStopped(const std::string& name, const std::string& source) {
        auto client = federation.partner(name);
        for (int number = 1; !stopping; ++number) {
            const std::string ref = source + "-" + std::to_string(number);
            const auto record = appeal(source, ref, {{"version", "1"}, {"title", "第" + std::to_string(number) + "件 " + source}});
            while (!postOnce(client, ref, record)) ::poll(nullptr, 0, 5);
        }
    }
    bool postOnce(PartnerClient& client, const std::string& ref, const std::string& record) {
        const auto reply = client.post("/v1/records", record);
        if (reply.status == 0 || reply.status == 503) return false;
        EXPECT_TRUE(reply.status == 201 || reply.status == 200) << reply.status << " " << reply.body;
        if (reply.status != 201 && reply.status != 200) return true;
        const auto document = reply.json();
        const auto* receipt = json::findMember(document, "receipt");
        EXPECT_NE(nullptr, receipt);
        log.add(ref, {textMember(document, "ticket_no"), receipt == nullptr ? "" : json::canonical(*receipt)});
        return true;
    }
    void killAndRestart(base::Random& random) {
        // A moment between nothing and what a commit, an upload or a restart takes.
        ::poll(nullptr, 0, static_cast<int>(random.below(400)));
        if (random.below(3) == 0) {
            federation.killProvince();
            federation.startProvince();
        } else {
            federation.killGateway();
            federation.startGateway();
        }
    }
    void checkReceipts(const std::map<std::string, Acknowledgement>& acknowledged) {
        const auto printed = json::parse(federation.yht({"ledger", "checkpoint", "--json"}).output);
        ASSERT_TRUE(printed.ok());
        const auto key = ledger::parseVerifierKey(textMember(*printed, "verifier_key"));
        ASSERT_TRUE(key.ok());
        std::set<std::uint64_t> seqs;
        for (const auto& [ref, one] : acknowledged) {
            const auto receipt = ledger::decodeReceipt(one.receipt);
            ASSERT_TRUE(receipt.ok()) << ref;
            const auto verdict = ledger::verifyReceipt(*receipt, key->first, key->second, nullptr);
            EXPECT_TRUE(verdict.ok()) << ref << ": " << (verdict.ok() ? "" : base::describe(verdict.error()));
            EXPECT_TRUE(seqs.insert(receipt->seq).second) << ref << " shares its entry with another record";
            EXPECT_EQ(one.ticket_no, receipt->ticket_no);
        }
    }
    /// Every acknowledged record is one ticket under its own name; no ticket is without an acknowledged or posted record.
    void checkTickets(const std::map<std::string, Acknowledgement>& acknowledged) {
        std::map<std::string, std::string> named;
        const auto listed = federation.tickets();
        for (const auto& ticket : listed.GetArray()) {
            for (const auto& name : json::findMember(ticket, "names")->GetArray()) {
                named[name.GetString()] = textMember(ticket, "ticket_no");
            }
        }
        for (const auto& [ref, one] : acknowledged) {
            const auto source = ref.substr(0, ref.rfind('-'));
            EXPECT_EQ(one.ticket_no, named[source + "/" + ref]);
        }
    }

    Federation federation;
    AcknowledgementLog log;
    std::atomic<bool> stopping{false};
};

TEST_F(Kill, NothingAcknowledgedIsLostDoubledOrCrossed) {
    const char* seed_text = std::getenv("YHT_SEED");
    const std::uint64_t seed = seed_text == nullptr ? 20190418 : std::strtoull(seed_text, nullptr, 10);
    SCOPED_TRACE("YHT_SEED=" + std::to_string(seed));
    base::SeededRandom random(seed);
    federation.startProvince();
    federation.startGateway();

    std::vector<std::thread> clients;
    clients.emplace_back([&] { postUntilStopped("hotline-12315", "zz-12315"); });
    clients.emplace_back([&] { postUntilStopped("police-110", "zz-110"); });
    clients.emplace_back([&] { postUntilStopped("media-platform", "zz-media"); });
    for (int i = 0; i < killCount(); ++i) killAndRestart(random);
    stopping = true;
    for (auto& client : clients) client.join();

    const auto acknowledged = log.all();
    EXPECT_GT(acknowledged.size(), 0u);
    federation.waitUntilUploaded(acknowledged.size());
    const auto stats = federation.askProvince("/stats").json();
    EXPECT_EQ(std::to_string(acknowledged.size()), textMember(stats, "rows")) << "at the province";
    EXPECT_EQ("", textMember(stats, "crossed"));
    checkReceipts(acknowledged);
    checkTickets(acknowledged);
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

}  // namespace
}  // namespace yht::scenarios
