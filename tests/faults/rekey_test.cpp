// The KEK taken out of use under a gateway that goes on serving, and under one that is killed in the middle of it: nobody's post fails,
// and whatever came before, meanwhile and after is read with the new KEK alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/receipt.h"
#include "tests/faults/fault_runs.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"

namespace yht::scenarios {
namespace {

using testing::AllOf;
using testing::Gt;
using testing::IsEmpty;
using testing::Lt;

constexpr int kRecordsPerPost = 100;
constexpr int kLivesMax = 40;

std::string picture(const std::string& name) {
    std::string content = "\x89PNG\r\n\x1A\n" + name;
    for (std::uint32_t i = 0; content.size() < 5'000; ++i) base::appendU32(content, i * 2654435761U);
    return content;
}

std::string digestOf(const std::string& content) { return base::toHex(crypto::sha256(content)); }

class Rekey : public testing::Test {
protected:
    Rekey() {
        const std::string kek = federation.deployment() + "/kek-2.hex";
        std::ofstream(kek) << std::string(64, 'b');
        ::chmod(kek.c_str(), 0600);
    }
    void configure(const std::string& from, const std::string& to) const { replaceInDeployment(federation, "yht.yaml", from, to); }
    void nameBothKeks() const { configure("kek: kek.hex", "kek: kek-2.hex\n  kek_former: kek.hex"); }
    void nameTheNewOneAlone() const { configure("kek: kek-2.hex\n  kek_former: kek.hex", "kek: kek-2.hex"); }

    /// So that an idle gateway writes nothing.
    void deliverNothing() const {
        replaceInDeployment(federation, "routes.yaml", "- {destination: province}", "- {destination: province, kinds: [visit]}");
        replaceInDeployment(federation, "routes.yaml", "kinds: [appeal, supervision, attachment]", "kinds: [visit]");
    }
    void putRecords(int posts) {
        auto client = federation.partner("hotline-12315");
        for (int post = 0; post < posts; ++post) {
            std::vector<std::string> records;
            for (int i = 0; i < kRecordsPerPost; ++i) records.push_back(appeal("zz-12315", "old-" + std::to_string(post * kRecordsPerPost + i)));
            EXPECT_EQ(200, client.post("/v1/records", arrayOf(records)).status);
        }
    }
    void putPictures(int count) {
        auto client = federation.partner("hotline-12315");
        for (int i = 0; i < count; ++i) {
            pictures.push_back(picture("old-" + std::to_string(i)));
            EXPECT_EQ(201, client.post("/v1/attachments", pictures.back(), "image/png").status);
        }
    }
    Finished rekey() { return federation.yht({"ledger", "rekey", "--why", "yearly rotation", "--json"}); }

    void copy(const std::string& from, const std::string& to) const {
        std::filesystem::remove_all(to);
        EXPECT_EQ(0, stage::runToEnd({"/bin/cp", "-a", from, to}, federation.log("copy")).exit_code);
    }
    /// How many keys are still under the former KEK: a rotation of a copy says so, and this ledger stays as it is. No gateway may run.
    std::int64_t keysLeft() const {
        const std::string twin = federation.directory() + "/twin";
        copy(federation.deployment(), twin);
        const auto done = stage::runToEnd({YHT_BINARY_DIR "/bin/yht", "ledger", "rekey", "--why", "a look", "--json", "--config", twin},
                                          federation.log("copy"));
        const auto answer = json::parse(done.output);
        EXPECT_TRUE(answer.ok()) << done.output;
        return answer.ok() ? std::stoll(json::textMember(*answer, "rewrapped")) : -1;
    }
    /// A gateway that ends at this point of its life; once it is ready, a rotation is begun. Whether the point came.
    bool killedAt(const std::string& files, const std::string& point) {
        federation.launchGateway({"LD_PRELOAD=" YHT_FAULT_SHIM, "YHT_FAULT_FILES=" + files, "YHT_FAULT_KILL=" + point});
        const bool done = federation.gatewayCameUp() && rekey().exit_code == 0;
        // Where its answer was lost it is ending: the connection closes before the process is gone.
        if (!done || !federation.gatewayRuns()) return federation.awaitGatewaysEnd() == 128 + SIGKILL;
        federation.killGateway();
        return false;
    }
    /// Roughly: what is idle writes a little, too.
    int syncsOfAStart() {
        const std::string trace = federation.directory() + "/points";
        federation.launchGateway(failingDisk({"YHT_FAULT_TRACE=" + trace}));
        EXPECT_TRUE(federation.gatewayCameUp());
        federation.killGateway();
        std::ifstream points(trace);
        int count = 0;
        for (std::string point; std::getline(points, point);) count += point.starts_with("sync") ? 1 : 0;
        return count;
    }
    /// With the new KEK alone: the ledger opens, verifies, and shows what it is asked for; every picture is what was sent.
    void expectEverythingReadable(const std::vector<std::string>& refs) {
        federation.stopGateway();
        nameTheNewOneAlone();
        federation.startGateway();
        EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
        for (const auto& ref : refs) EXPECT_EQ(0, federation.yht({"ledger", "show", ref}).exit_code) << ref;
        auto client = federation.partner("hotline-12315");
        for (const auto& content : pictures) EXPECT_TRUE(content == client.get("/v1/attachments/" + digestOf(content)).body) << digestOf(content);
    }

    Federation federation;
    std::vector<std::string> pictures;
};

/// Three threads of one hotline: a picture, then an appeal that names it, again and again.
class Posters {
public:
    static constexpr int kCount = 3;
    explicit Posters(Federation& federation) {
        for (int i = 0; i < kCount; ++i) threads_.emplace_back([this, &federation, i] { post(federation, "new-" + std::to_string(i)); });
    }
    void stop() {
        stopping_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }
    ~Posters() { stop(); }
    /// Each of them once more from now on, whole.
    void awaitAnother() {
        const int before = rounds_;
        // One round of each may have begun before.
        Federation::waitUntil("partners post on", [&] { return rounds_ >= before + 2 * kCount; });
    }
    std::vector<std::string> failures, pictures, refs;
    std::vector<std::uint64_t> seqs;

private:
    void post(Federation& federation, const std::string& name) {
        auto client = federation.partner("hotline-12315");
        for (int number = 0; !stopping_; ++number) {
            const auto ref = name + "-" + std::to_string(number), content = picture(ref);
            const auto kept = client.post("/v1/attachments", content, "image/png");
            const auto taken = client.post("/v1/records", appeal("zz-12315", ref, {{"attachment_digests", "[\"" + digestOf(content) + "\"]"}}));
            const std::lock_guard lock(mutex_);
            for (const auto* reply : {&kept, &taken}) {
                if (reply->status != 201) failures.push_back(ref + ": " + std::to_string(reply->status) + " " + reply->body.substr(0, 200));
            }
            pictures.push_back(content);
            refs.push_back("zz-12315/" + ref);
            const auto answer = taken.json();
            const auto* receipt = answer.IsObject() ? json::findMember(answer, "receipt") : nullptr;
            if (receipt == nullptr) continue;
            if (const auto read = ledger::decodeReceipt(json::canonical(*receipt)); read.ok()) seqs.push_back(read->seq);
            ++rounds_;
        }
    }
    std::atomic<bool> stopping_{false};
    std::atomic<int> rounds_{0};
    std::mutex mutex_;  // the lists
    std::vector<std::thread> threads_;
};

TEST_F(Rekey, NoPostFailsMeanwhileAndEverythingIsReadableAfter) {
    federation.startProvince();
    federation.startGateway();
    putRecords(10);
    putPictures(20);
    ASSERT_EQ(0, federation.stopGateway());
    nameBothKeks();
    // A slow disk, so that others' commits come between those of the rotation.
    federation.launchGateway(failingDisk({"YHT_FAULT_SYNC_MS=50"}));
    ASSERT_TRUE(federation.gatewayCameUp());
    Posters posters(federation);
    posters.awaitAnother();
    const auto rotated = rekey();
    EXPECT_EQ(0, rotated.exit_code) << rotated.output;
    posters.awaitAnother();
    posters.stop();
    EXPECT_THAT(posters.failures, IsEmpty());

    // Its two entries, the only ones of a command here, and what was committed between them.
    const auto told = federation.yht({"ledger", "follow", "--idle-s", "1", "--json"}).output;
    std::vector<std::uint64_t> marks;
    std::istringstream lines(told);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("\"what\":\"audit\"") == std::string::npos) continue;
        const auto entry = json::parse(line);
        ASSERT_TRUE(entry.ok()) << line;
        marks.push_back(std::stoull(json::textMember(*entry, "seq")));
    }
    ASSERT_EQ(2u, marks.size());
    EXPECT_TRUE(std::ranges::any_of(posters.seqs, [&](auto seq) { return marks[0] < seq && seq < marks[1]; }));

    pictures.insert(pictures.end(), posters.pictures.begin(), posters.pictures.end());
    std::vector<std::string> refs{"zz-12315/old-0", "zz-12315/old-999"};
    for (std::size_t i = 0; i < posters.refs.size(); i += 1 + posters.refs.size() / 20) refs.push_back(posters.refs[i]);
    refs.push_back(posters.refs.back());
    expectEverythingReadable(refs);
}

TEST_F(Rekey, KilledAmongTheKeysOfPayloadsItGoesOn) {
    deliverNothing();
    federation.startGateway();
    putRecords(20);
    ASSERT_EQ(0, federation.stopGateway());
    nameBothKeks();
    const auto all = keysLeft();
    ASSERT_LT(2'000, all);
    // Each life ends one sync later, until one has ended between two portions. One that ended before the rotation began has left it
    // to the command, which then does all of it alone: so each begins from the same.
    const std::string data = federation.deployment() + "/data", before = federation.directory() + "/before";
    copy(data, before);
    const int start = syncsOfAStart();
    std::int64_t left = 0;
    for (int life = 0, point = start + 1; life < kLivesMax && (left == 0 || left == all); ++life, ++point) {
        copy(before, data);
        const auto when = point % 2 == 0 ? ":before" : ":after";
        if (killedAt("/ledger.db", "sync:" + std::to_string(point) + when)) left = keysLeft();
        else point = start;  // a whole rotation: the points of this life were others
    }
    EXPECT_THAT(left, AllOf(Gt(0), Lt(all)));
    federation.startGateway();
    EXPECT_EQ(200, federation.partner("hotline-12315").post("/v1/records", arrayOf({appeal("zz-12315", "between")})).status);
    EXPECT_EQ(0, rekey().exit_code);
    expectEverythingReadable({"zz-12315/old-0", "zz-12315/old-700", "zz-12315/old-1999", "zz-12315/between"});
}

TEST_F(Rekey, KilledAmongTheAttachmentsItGoesOn) {
    federation.startGateway();
    putRecords(1);
    putPictures(30);
    ASSERT_EQ(0, federation.stopGateway());
    nameBothKeks();
    ASSERT_LT(100 + 30, keysLeft());
    // Its own entries apart, the keys in the ledger are done when the first file is; a file is one write.
    ASSERT_TRUE(killedAt("/attachments/", "write:4:before"));
    EXPECT_EQ(30 - 3, keysLeft());
    ASSERT_TRUE(killedAt("/attachments/", "write:10:after"));
    EXPECT_EQ(30 - 13, keysLeft());
    federation.startGateway();
    pictures.push_back(picture("between"));
    EXPECT_EQ(201, federation.partner("hotline-12315").post("/v1/attachments", pictures.back(), "image/png").status);
    EXPECT_EQ(0, rekey().exit_code);
    expectEverythingReadable({"zz-12315/old-0", "zz-12315/old-99"});
}

}  // namespace
}  // namespace yht::scenarios
