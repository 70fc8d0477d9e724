// The gateway ends at the points of an attachment's life: between its octets and their sync, its marks and its name, the name and the
// folder's sync, the answer; and of the record that names it, of both on their way to the province.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "tests/faults/fault_runs.h"
#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::IsEmpty;

constexpr const char* kUploads = "/v1/attachments";
constexpr const char* kFiles = "/ledger.db:/attachments/";
constexpr std::size_t kPictureBytes = 150'000;  // three chunks
constexpr int kAgainMs = 5;

std::string picture(const std::string& name) {
    std::string content = "\x89PNG\r\n\x1A\n" + name;
    for (std::uint32_t i = 0; content.size() < kPictureBytes; ++i) base::appendU32(content, i * 2654435761U);
    return content;
}
std::string digestOf(const std::string& content) { return base::toHex(crypto::sha256(content)); }
std::string pathOf(const std::string& content) { return kUploads + ("/" + digestOf(content)); }
std::string appealNaming(const std::string& source, const std::string& ref, const std::string& content) {
    return appeal(source, ref, {{"version", "1"}, {"attachment_digests", "[\"" + digestOf(content) + "\"]"}});
}

/// Two partners, each on a thread of its own: a picture, brought until it is answered for, and once more, then the record that names
/// it. Whatever was not answered is looked for before it is brought again.
class CarefulPhotographers {
public:
    CarefulPhotographers(Federation& federation, AcknowledgementLog& log) : federation_(federation), log_(log) {
        threads_.emplace_back([this] { work("hotline-12315", "zz-12315"); });
        threads_.emplace_back([this] { work("media-platform", "zz-media"); });
    }
    ~CarefulPhotographers() { stop(); }
    /// Requires: a gateway that runs.
    void stop() {
        stopping_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }
    /// After stop().
    const std::map<std::string, std::string>& pictures() const { return pictures_; }  // content by record_ref
    const Broken& broken() const { return broken_; }

private:
    static bool isLater(const Reply& reply) { return reply.status == 0 || reply.status == 503; }

    void work(const std::string& name, const std::string& source) {
        auto client = federation_.partner(name);
        for (int number = 1; !stopping_; ++number) {
            const auto ref = source + "-" + std::to_string(number), content = picture(ref);
            for (int times = 0; times < 2; ++times) bring(client, ref, content);
            mustBeThere(client, ref, content);
            record(client, source, ref, content);
            const std::lock_guard lock(mutex_);
            pictures_.emplace(ref, content);
        }
    }
    void bring(PartnerClient& client, const std::string& ref, const std::string& content) {
        while (true) {
            const auto reply = client.post(kUploads, content, "image/png");
            if (reply.status == 201 || reply.status == 200) return;
            if (!isLater(reply)) return tell(ref + ": its picture was answered " + std::to_string(reply.status) + " " + reply.body.substr(0, 200));
            // It may be there or not; there is no half of it.
            const auto looked = client.get(pathOf(content));
            const bool is_whole = looked.status == 200 && looked.body == content;
            if (!is_whole && !isLater(looked) && looked.status != 404) tell(ref + ": before it was answered for, it was served as " + describe(looked));
            ::poll(nullptr, 0, kAgainMs);
        }
    }
    void mustBeThere(PartnerClient& client, const std::string& ref, const std::string& content) {
        Reply looked;
        while (isLater(looked = client.get(pathOf(content)))) ::poll(nullptr, 0, kAgainMs);
        if (looked.status != 200 || looked.body != content) tell(ref + ": answered for, and served as " + describe(looked));
    }
    void record(PartnerClient& client, const std::string& source, const std::string& ref, const std::string& content) {
        Reply reply;
        while (isLater(reply = client.post("/v1/records", appealNaming(source, ref, content)))) ::poll(nullptr, 0, kAgainMs);
        const auto document = reply.json();
        const auto* receipt = document.IsObject() ? json::findMember(document, "receipt") : nullptr;
        if (receipt == nullptr) return log_.addRefusal(ref, reply);
        log_.add(ref, {textMember(document, "ticket_no"), json::canonical(*receipt)});
    }
    static std::string describe(const Reply& reply) { return std::to_string(reply.status) + " with " + std::to_string(reply.body.size()) + " octets"; }
    void tell(const std::string& line) {
        const std::lock_guard lock(mutex_);
        broken_.push_back(line);
    }

    Federation& federation_;
    AcknowledgementLog& log_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  // both lists
    std::map<std::string, std::string> pictures_;
    Broken broken_;
    std::vector<std::thread> threads_;
};

class AttachmentPoints : public testing::Test {
protected:
    static Watched watchedOf(const Federation& federation) { return {kFiles, federation.gatewayPort(), federation.provincePort()}; }
    /// Of one picture, brought twice, and the record that names it, on their way to the province.
    static std::vector<std::string> pointsOfAPicture() {
        Federation federation;
        federation.startProvince();
        return pointsOf(federation, watchedOf(federation), [&](PartnerClient& client) {
            const auto content = picture("traced");
            EXPECT_EQ(201, client.post(kUploads, content, "image/png").status);
            EXPECT_EQ(200, client.post(kUploads, content, "image/png").status);
            EXPECT_EQ(201, client.post("/v1/records", appealNaming("zz-12315", "traced", content)).status);
            federation.waitUntilUploaded(1);
        });
    }
    Broken endsAtEach(End end) {
        federation.startProvince();
        federation.startGateway();
        AcknowledgementLog log;
        CarefulPhotographers photographers(federation, log);
        endAtEach(federation, watchedOf(federation), end, momentsOf(points));
        photographers.stop();
        Broken broken = photographers.broken();
        const auto& pictures = photographers.pictures();
        if (pictures.empty()) broken.push_back("no picture was brought");
        checkContents(pictures, broken);
        checkRoom(pictures.size(), broken);
        for (auto& line : brokenPromises(federation, log)) broken.push_back(std::move(line));
        checkProvince(pictures, broken);
        return broken;
    }

private:
    void checkContents(const std::map<std::string, std::string>& pictures, Broken& broken) {
        for (const auto& [ref, content] : pictures) {
            auto client = federation.partner(ref.starts_with("zz-media") ? "media-platform" : "hotline-12315");
            const auto looked = client.get(pathOf(content));
            if (looked.status != 200 || looked.body != content) broken.push_back(ref + ": its picture is served as " + std::to_string(looked.status));
        }
    }
    std::string counter(const std::string& name) {
        const auto count = federation.metric("yht_attachments{counter=\"" + name + "\"}");
        return count ? std::to_string(*count) : "absent";
    }
    /// What was not finished takes no room: neither on the disk nor in what the gateway counts.
    void checkRoom(std::size_t pictures, Broken& broken) {
        const std::filesystem::path folder = federation.deployment() + "/data/attachments";
        std::size_t files = 0, bytes = 0;
        for (const auto& at : std::filesystem::recursive_directory_iterator(folder)) {
            if (!at.is_regular_file() || at.file_size() == 0) continue;  // a mark, a note
            ++files;
            bytes += at.file_size();
        }
        if (!std::filesystem::is_empty(folder / "incoming")) broken.push_back("something is left of an upload");
        if (files != pictures) broken.push_back(std::to_string(files) + " files of " + std::to_string(pictures) + " pictures");
        if (counter("files") != std::to_string(files)) broken.push_back(counter("files") + " files are counted of " + std::to_string(files));
        if (counter("bytes") != std::to_string(bytes)) broken.push_back(counter("bytes") + " octets are counted of " + std::to_string(bytes));
    }
    void checkProvince(const std::map<std::string, std::string>& pictures, Broken& broken) {
        federation.waitUntilDrained("province.attachments");
        std::set<std::string> there;
        while (true) {
            const auto answer = federation.askProvince("/files?after=" + std::to_string(there.size())).json();
            const auto* list = answer.IsObject() ? json::findMember(answer, "files") : nullptr;
            if (list == nullptr || list->Empty()) break;
            for (const auto& file : list->GetArray()) there.insert(textMember(file, "FJZY"));
        }
        for (const auto& [ref, content] : pictures) {
            if (!there.contains(digestOf(content))) broken.push_back(ref + ": its picture is not at the province");
        }
    }

protected:
    Federation federation;
    const std::vector<std::string> points = pointsOfAPicture();
};

TEST_F(AttachmentPoints, ItsLifeHasAllOfThem) {
    std::map<std::string, int> counts;
    for (const auto& point : points) ++counts[labelOf(point)];
    for (const char* name : {"write", "sync", "rename", "remove", "folder", "ask", "answer", "send", "hear"}) EXPECT_GT(counts[name], 0) << name;
    // Between its name and the next answer the folder of the name is synced; what the ledger syncs meanwhile is no such point.
    const auto renamed = std::find_if(points.begin(), points.end(), [](const auto& point) { return labelOf(point) == "rename"; });
    ASSERT_NE(points.end(), renamed);
    const auto answered = std::find_if(renamed, points.end(), [](const auto& point) { return labelOf(point) == "answer"; });
    EXPECT_TRUE(std::any_of(renamed, answered, [](const auto& point) { return labelOf(point) == "folder"; }));
}

TEST_F(AttachmentPoints, EachMayBeTheLastOfAGateway) { EXPECT_THAT(endsAtEach(End::Kill), IsEmpty()); }

TEST_F(AttachmentPoints, AtEachThePowerMayFail) { EXPECT_THAT(endsAtEach(End::PowerFailure), IsEmpty()); }

}  // namespace
}  // namespace yht::scenarios
