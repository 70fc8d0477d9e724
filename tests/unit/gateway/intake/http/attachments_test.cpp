// POST /v1/attachments and GET /v1/attachments/{digest}, over real TLS, with real files behind them.
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "gateway/intake/http/range.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"
#include "tests/unit/gateway/intake/http/door_fixture.h"

namespace yht::http {
namespace {

using intake::appeal;
using intake::assignment;
using ::testing::HasSubstr;

std::string png(std::size_t size, char flavour = 'a') {
    std::string content = "\x89PNG\r\n\x1A\n";
    for (std::uint32_t i = 0; content.size() < size; ++i) {
        content += flavour;
        base::appendU32(content, i * 2654435761U);
    }
    content.resize(size);
    return content;
}

std::string digestOf(const std::string& content) {
    return base::toHex(crypto::sha256(content));
}

class AttachmentDoorTest : public DoorTest {
protected:
    AttachmentDoorTest() { openWith([](attachments::StoreOptions&) {}); }
    ~AttachmentDoorTest() override {
        door.reset();
        std::filesystem::remove_all(folder_);
    }

    void openWith(const std::function<void(attachments::StoreOptions&)>& change) {
        if (folder_.empty()) {
            char name[] = "/tmp/yht-door-attachments-XXXXXX";
            folder_ = ::mkdtemp(name);
        }
        door.reset();
        files.reset();
        attachments::StoreOptions options{
            .directory = folder_, .kek = base::Bytes(32, 'k'), .random = random, .clock = clock};
        change(options);
        files = *attachments::Store::open(options);
        reopen([this](DoorOptions& door_options) { door_options.attachments = files.get(); });
    }

    /// The head of a signed upload; `framing`: "" gives Content-Length.
    std::string uploadHead(
        const std::string& name, const std::string& content, const std::string& type = "image/png",
        const std::string& framing = ""
    ) {
        trust::HttpHead head;
        head.method = "POST";
        head.target_uri = std::string(kBaseUrl) + "/v1/attachments";
        head.set("content-type", type);
        EXPECT_TRUE(trust::signMessage(head, content, keyOf(name), clock.nowMillis()).ok());
        std::string out = "POST /v1/attachments HTTP/1.1\r\nhost: gateway.test:8443\r\n";
        for (const auto& [field, value] : head.fields) out += field + ": " + value + "\r\n";
        if (!framing.empty()) return out + framing + "\r\n";
        return out + "content-length: " + std::to_string(content.size()) + "\r\n\r\n";
    }
    test::ReceivedAnswer upload(
        const std::string& name, const std::string& content, const std::string& type = "image/png"
    ) {
        return connect(name).ask(uploadHead(name, content, type) + content);
    }
    test::ReceivedAnswer read(
        const std::string& name, const std::string& content, const std::string& fields = ""
    ) {
        return get(name, "/v1/attachments/" + digestOf(content), fields);
    }
    static intake::Fields naming(const std::string& content, intake::Fields fields) {
        fields.push_back({"attachment_digests", "[\"" + digestOf(content) + "\"]"});
        return fields;
    }
    /// Whether nothing stands in the folder but folders.
    bool nothingIsKept() const {
        for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
            if (file.is_regular_file()) return false;
        }
        return true;
    }

    std::string folder_;
    std::unique_ptr<attachments::Store> files;
};

// ---- in

TEST_F(AttachmentDoorTest, AnUploadIs201WithItsDigestAndTheSameAgain200) {
    const auto content = png(200'000);
    const auto first = upload("police", content);
    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(member(first, "digest"), digestOf(content));
    EXPECT_EQ(member(first, "size_bytes"), "200000");
    EXPECT_EQ(member(first, "media_type"), "image/png");
    EXPECT_EQ(upload("police", content).status, 200);
    EXPECT_EQ(upload("water", content).status, 201);  // nobody learns what others brought
}

TEST_F(AttachmentDoorTest, AChunkedUploadIsTakenToo) {
    const auto content = png(70'000);
    auto client = connect("police");
    client.send(uploadHead("police", content, "image/png", "transfer-encoding: chunked\r\n"));
    client.send("8000\r\n" + content.substr(0, 0x8000) + "\r\n");
    client.send("9170\r\n" + content.substr(0x8000) + "\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive().status, 201);
    EXPECT_EQ(read("police", content).body, content);
}

TEST_F(AttachmentDoorTest, AnotherBodyThanSignedForIsRefusedAndNothingKept) {
    const auto content = png(100'000);
    auto other = content;
    other.back() = static_cast<char>(other.back() ^ 1);
    const auto answer = connect("police").ask(uploadHead("police", content) + other);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(codeOf(answer), "signature.digest_mismatch");
    EXPECT_TRUE(nothingIsKept());
}

TEST_F(AttachmentDoorTest, TheSignatureIsJudgedBeforeTheBodyIsAskedFor) {
    const auto content = png(1000);
    auto head = uploadHead("water", content);
    head.replace(head.size() - 2, 2, "expect: 100-continue\r\n\r\n");
    EXPECT_EQ(connect("water").ask(head).status, 100);
    EXPECT_EQ(codeOf(connect("police").ask(head)), "signature.key_unknown");
    auto spoiled = head;
    spoiled.replace(spoiled.find("image/png"), 9, "image/gif");
    EXPECT_EQ(codeOf(connect("water").ask(spoiled)), "signature.invalid");
}

TEST_F(AttachmentDoorTest, ContentDigestIsSha256Alone) {
    const auto content = png(100);
    const auto ask = [&](const std::string& digest) {
        auto head = uploadHead("police", content);
        const auto begin = head.find("content-digest: ");
        head.replace(begin, head.find("\r\n", begin) - begin, digest);
        return codeOf(connect("police").ask(head + content));
    };
    EXPECT_EQ(ask("x-other: 1"), "signature.digest_missing");
    EXPECT_EQ(ask("content-digest: sha-512=:" + base::toBase64(crypto::sha512(content)) + ":"),
              "signature.digest_missing");
    EXPECT_EQ(ask("content-digest: sha-256=:AAAA:"), "signature.malformed");
    EXPECT_EQ(ask("content-digest: " + trust::contentDigest(content) + ", sha-512=:" +
                  base::toBase64(crypto::sha512(content)) + ":"),
              "signature.malformed");
}

TEST_F(AttachmentDoorTest, WhatIsNotTakenIsRefusedByNameAndNotKept) {
    const std::string program = "MZ" + std::string(100'000, '\x01');
    const auto answer = upload("police", program, "application/octet-stream");
    EXPECT_EQ(answer.status, 415);
    EXPECT_EQ(codeOf(answer), "attachment.type_refused");
    EXPECT_THAT(answer.body, HasSubstr("a Windows program"));
    EXPECT_EQ(codeOf(upload("police", png(100), "image/jpeg")), "attachment.type_differs");
    EXPECT_TRUE(nothingIsKept());
}

TEST_F(AttachmentDoorTest, ABodyBeyondTheLimitIs413AnnouncedOrChunked) {
    openWith([](attachments::StoreOptions& options) { options.bytes_max = 10'000; });
    const auto content = png(10'001);
    EXPECT_EQ(codeOf(connect("police").ask(uploadHead("police", content))), "request.body_too_large");
    auto chunked = connect("police");
    chunked.send(uploadHead("police", content, "image/png", "transfer-encoding: chunked\r\n"));
    chunked.send("2711\r\n" + content);
    EXPECT_EQ(codeOf(chunked.receive()), "request.body_too_large");
    EXPECT_EQ(upload("police", png(10'000)).status, 201);
}

TEST_F(AttachmentDoorTest, AnUploadThatBreaksOffLeavesNothing) {
    {
        auto client = connect("police");
        client.send(uploadHead("police", png(1'000'000)) + png(300'000));
        while (files->counters().bytes < 200'000) std::this_thread::yield();
    }
    while (files->counters().uploads_under_way > 0) std::this_thread::yield();
    EXPECT_TRUE(nothingIsKept());
    EXPECT_EQ(files->counters().bytes, 0U);
    waitForMetric("yht_attachments_not_kept{code=\"given_up\"} 1");
}

TEST_F(AttachmentDoorTest, OnePartnersUploadsLeaveRoomForAnothers) {
    openWith([](attachments::StoreOptions& options) { options.uploads_max = 2; });
    const auto content = png(1'000'000);
    auto slow = connect("police");
    slow.send(uploadHead("police", content) + content.substr(0, 100'000));
    while (files->counters().uploads_under_way == 0) std::this_thread::yield();
    const auto refused = upload("police", png(100));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(upload("water", png(100)).status, 201);
}

TEST_F(AttachmentDoorTest, PartnersThatDribbleOnAllTheirSlotsHoldUpNobodyElsesUpload) {
    openWith([](attachments::StoreOptions& options) { options.uploads_max = 4; });
    const auto content = png(1'000'000);
    std::vector<test::HttpClient> slow;
    for (const char* name : {"police", "police", "water", "water"}) {
        slow.push_back(connect(name));
        slow.back().send(uploadHead(name, content) + content.substr(0, 1));
    }
    while (files->counters().uploads_under_way < 4) std::this_thread::yield();
    for (auto& one : slow) one.send(content.substr(1, 1));  // not yet overdue
    auto refused = upload("police", png(100));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(codeOf(refused), "request.too_many");
    EXPECT_TRUE(refused.fields.contains("retry-after"));
    EXPECT_EQ(upload("centre", png(200'000)).status, 201);
    auto first = connect("centre");
    first.send(uploadHead("centre", content) + content.substr(0, 1));
    while (files->counters().uploads_under_way < 5) std::this_thread::yield();
    refused = upload("centre", png(100));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(codeOf(refused), "attachment.uploads_too_many");
    EXPECT_TRUE(refused.fields.contains("retry-after"));
}

TEST_F(AttachmentDoorTest, WithoutRoomForAttachmentsTheDoorSaysSo) {
    reopen();
    EXPECT_EQ(upload("police", png(100)).status, 503);
    EXPECT_EQ(read("police", png(100)).status, 503);
}

TEST_F(AttachmentDoorTest, APartnerInJointTestHandsNothingIn) {
    change("police", [](trust::Partner& partner) { partner.stage = trust::Stage::JointTest; });
    EXPECT_EQ(codeOf(upload("police", png(100))), "speaker.stage_joint_test");
}

// ---- out

TEST_F(AttachmentDoorTest, TheWholeComesBackUnderItsTypeAsAFileToSave) {
    const auto content = png(200'000);
    upload("police", content);
    const auto answer = read("police", content);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, content);
    EXPECT_EQ(answer.fields.at("content-type"), "image/png");
    EXPECT_EQ(answer.fields.at("etag"), '"' + digestOf(content) + '"');
    EXPECT_EQ(answer.fields.at("content-disposition"), "attachment");
    EXPECT_EQ(answer.fields.at("x-content-type-options"), "nosniff");
}

TEST_F(AttachmentDoorTest, ARangeIs206OverChunkBorders) {
    const auto content = png(200'000);
    upload("police", content);
    const auto answer = read("police", content, "range: bytes=65530-131080\r\n");
    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.body, content.substr(65530, 65551));
    EXPECT_EQ(answer.fields.at("content-range"), "bytes 65530-131080/200000");
    EXPECT_EQ(read("police", content, "range: bytes=-3\r\n").body, content.substr(199'997));
    EXPECT_EQ(read("police", content, "range: bytes=199999-\r\n").body, content.substr(199'999));
}

TEST_F(AttachmentDoorTest, ARangeBehindTheEndIs416WithTheLength) {
    const auto content = png(100);
    upload("police", content);
    const auto answer = read("police", content, "range: bytes=100-\r\n");
    EXPECT_EQ(answer.status, 416);
    EXPECT_EQ(codeOf(answer), "request.range_unsatisfiable");
    EXPECT_EQ(answer.fields.at("content-range"), "bytes */100");
}

TEST_F(AttachmentDoorTest, ConditionsOnTheDigestAreHonoured) {
    const auto content = png(100);
    upload("police", content);
    const std::string etag = '"' + digestOf(content) + '"';
    auto client = connect("police");
    client.send("GET /v1/attachments/" + digestOf(content) + " HTTP/1.1\r\nhost: h\r\nif-none-match: " + etag + "\r\n\r\n");
    EXPECT_EQ(client.receive(true).status, 304);
    EXPECT_EQ(client.get("/v1/attachments/" + digestOf(content)).body, content);  // still in step
    EXPECT_EQ(read("police", content, "if-range: " + etag + "\r\nrange: bytes=0-1\r\n").status, 206);
    EXPECT_EQ(read("police", content, "if-range: \"x\"\r\nrange: bytes=0-1\r\n").status, 200);
}

TEST(RangeTest, FormsThatCountAndFormsThatArePassedOver) {
    using Whole = std::optional<ByteRange>;
    const auto range = [](std::string_view field) { return *parseRange(field, 10); };
    EXPECT_EQ(range("bytes=0-0"), (ByteRange{0, 1}));
    EXPECT_EQ(range("bytes=2-4"), (ByteRange{2, 3}));
    EXPECT_EQ(range("bytes=2-99999999999"), (ByteRange{2, 8}));
    EXPECT_EQ(range("bytes=9-"), (ByteRange{9, 1}));
    EXPECT_EQ(range("bytes=-4"), (ByteRange{6, 4}));
    EXPECT_EQ(range("bytes=-18446744073709551615"), (ByteRange{0, 10}));
    for (const char* passed :
         {"", "bytes", "bytes=", "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "bytes=0-1,", "bytes= 0-1", "bytes=+1-2",
          "bytes=0x1-2", "bytes=--1", "bytes=1-2-3", "lines=0-1", "BYTES=0-1", "bytes=18446744073709551616-",
          "bytes=-18446744073709551616", "bytes=0-18446744073709551616", "bytes=a-b"}) {
        EXPECT_EQ(range(passed), Whole()) << passed;
    }
    for (const char* beyond : {"bytes=10-", "bytes=10-11", "bytes=-0", "bytes=18446744073709551615-"}) {
        ASSERT_FALSE(parseRange(beyond, 10).ok()) << beyond;
    }
}

// ---- who may read

TEST_F(AttachmentDoorTest, WhoMaySeeATicketThatNamesItReadsItAndNobodyElse) {
    const auto content = png(1000);
    upload("police", content);
    EXPECT_EQ(read("centre", content).status, 404);
    mustTake("police", appeal("zz110", "a1", naming(content, {{"ticket_ref", "J1"}})));
    EXPECT_EQ(read("centre", content).body, content);  // reads the city
    const auto hidden = read("water", content);
    EXPECT_EQ(hidden.status, 404);
    EXPECT_EQ(hidden.body, get("water", "/v1/attachments/" + std::string(64, '0')).body);
    mustTake("centre", assignment("zz12345", "d1", {{"ticket_ref", "T1"}, {"other_refs", R"(["zz110/J1"])"}}));
    EXPECT_EQ(read("water", content).body, content);  // assigned to it now
    EXPECT_EQ(codeOf(read("guest", content)), "speaker.right_missing");
}

TEST_F(AttachmentDoorTest, TheRecordMayComeBeforeItsAttachment) {
    const auto content = png(1000);
    mustTake("police", appeal("zz110", "a1", naming(content, {})));
    EXPECT_EQ(read("centre", content).status, 404);
    upload("police", content);
    EXPECT_EQ(read("centre", content).status, 200);
}

TEST_F(AttachmentDoorTest, NamingADigestOpensNothingToWhoNeverHadTheBytes) {
    const auto content = png(1000);
    upload("centre", content);
    mustTake("centre", appeal("zz12345", "a1", naming(content, {{"ticket_ref", "T1"}})));
    mustTake("police", appeal("zz110", "b1", naming(content, {{"ticket_ref", "J1"}})));
    EXPECT_EQ(read("police", content).status, 404);
}

TEST_F(AttachmentDoorTest, ManyWhoOnlyNameADigestHideItFromNobody) {
    constexpr int kNamings = 70;
    const auto content = png(1000);
    upload("police", content);
    for (int i = 0; i < kNamings; ++i) {
        const auto number = std::to_string(i);
        mustTake("water", appeal("zz-water", "w" + number, naming(content, {{"ticket_ref", "W" + number}})));
    }
    mustTake("police", appeal("zz110", "a1", naming(content, {{"ticket_ref", "J1"}})));
    EXPECT_EQ(read("centre", content).status, 200);
}

TEST_F(AttachmentDoorTest, ASecretTicketsAttachmentsAreHiddenAsItsCitizenIs) {
    const auto content = png(1000);
    upload("centre", content);
    mustTake("centre", appeal("zz12345", "a1", naming(content, {{"ticket_ref", "T1"}, {"is_secret", "true"}})));
    mustTake("centre", assignment("zz12345", "d1", {{"ticket_ref", "T1"}}));
    EXPECT_EQ(read("water", content).status, 404);
    // Nor does the unit come by it by naming it itself.
    mustTake("water", appeal("zz-water", "w1", naming(content, {{"ticket_ref", "W1"}})));
    mustTake("centre", assignment("zz12345", "d2", {{"ticket_ref", "T2"}, {"other_refs", R"(["zz-water/W1"])"}}));
    EXPECT_EQ(read("water", content).status, 404);
    EXPECT_EQ(read("centre", content).status, 200);
}

TEST_F(AttachmentDoorTest, RecordingsAreNamedByAFieldOfTheirOwn) {
    const auto content = png(1000);
    upload("police", content);
    mustTake("police", appeal("zz110", "a1", {{"recording_digest", digestOf(content)}}));
    EXPECT_EQ(read("centre", content).status, 200);
}

TEST_F(AttachmentDoorTest, AFileThatDoesNotVerifyIsAnswered500) {
    const auto content = png(1000);
    upload("police", content);
    const auto digest = digestOf(content);
    std::filesystem::resize_file(folder_ + "/" + digest.substr(0, 2) + "/" + digest, 400);
    EXPECT_EQ(codeOf(read("police", content)), "attachment.corrupt");
}

TEST_F(AttachmentDoorTest, AnswersCutShortAreOneLineInTheLogHoweverOftenTheyAreAskedFor) {
    std::mutex mutex;
    std::vector<std::string> lines;
    reopen([&](DoorOptions& options) {
        options.attachments = files.get();
        options.logger = [&](const std::string& line) {
            const std::lock_guard lock(mutex);
            lines.push_back(line);
        };
    });
    const auto content = png(200'000);
    upload("police", content);
    const auto digest = digestOf(content);
    std::fstream file(folder_ + "/" + digest.substr(0, 2) + "/" + digest, std::ios::in | std::ios::out);
    file.seekp(150'000).write("spoiled", 7);
    file.close();
    for (int i = 0; i < 3; ++i) {
        auto client = connect("police");
        EXPECT_EQ(client.get("/v1/attachments/" + digest).body, "");
        EXPECT_TRUE(client.closedByPeer());
    }
    reopen();  // the door that logs here is gone
    EXPECT_THAT(lines, testing::ElementsAre(
                           "door: attachment " + digest + " attachment.corrupt, answer cut short"));
}

}  // namespace
}  // namespace yht::http
