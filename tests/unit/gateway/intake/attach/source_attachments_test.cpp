// What items bring beside their records: had once the ticket is in the ledger, never at its cost.
#include "gateway/intake/attach/source_attachments.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "gateway/ticket/record_json.h"
#include "tests/unit/adapters/kit/transport/file_server.h"
#include "tests/unit/gateway/intake/admission/source_fixture.h"

namespace yht::intake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using ticket::Field;

const std::string kPng = std::string("\x89PNG\r\n\x1A\n") + std::string(2000, 'p');
const std::string kOtherPng = std::string("\x89PNG\r\n\x1A\n") + std::string(2000, 'q');

/// The real adapter interface over one that a test can change.
class AttachTest : public SourceTest {
protected:
    AttachTest() {
        std::signal(SIGPIPE, SIG_IGN);
        char name[] = "/tmp/yht-attach-XXXXXX";
        folder_ = ::mkdtemp(name);
        access().hosts = {server_.host()};
        access().ca = "file:root.pem";
        std::filesystem::copy_file(test::sharedPki().rootFile(), folder_ + "/root.pem");
        openAttachments();
    }
    ~AttachTest() override { std::filesystem::remove_all(folder_); }

    kit::AttachmentAccess& access() { return adapter_.changeManifest().attachments; }

    void openAttachments(const std::string& scan_program = "") {
        worker_.reset();
        files_.reset();
        files_ = attachments::Store::open({.directory = folder_ + "/attachments",
                                           .kek = base::Bytes(32, 'k'),
                                           .random = random_,
                                           .clock = clock_,
                                           .scan = {.program = scan_program}})
                     .value();
        worker_ = std::make_unique<SourceAttachments>(AttachmentServices{
            .store = ledger_.store(),
            .attachments = *files_,
            .clock = clock_,
            .random = random_,
            .trust = [this] { return trust_->current(); },
            .adapters = [this] {
                SourceAdapters adapters;
                if (adapter_there_) adapters["zz-media"] = std::shared_ptr<const kit::Adapter>(&adapter_, [](auto*) {});
                return std::make_shared<const SourceAdapters>(std::move(adapters));
            },
            .directory = folder_,
            .secrets = [](const std::string&) { return std::optional<std::string>("word"); },
            .log = [this](const std::string& line) { log_.push_back(line); }});
    }
    void restartAll() {
        worker_.reset();
        restart();
        openAttachments();
    }
    /// Until nothing is due.
    void work() {
        while (worker_->step()) {
        }
    }
    void later(std::int64_t seconds) { clock_.advance(seconds * 1000); }

    /// An appeal that brings attachments, JSON of the list without brackets.
    static std::string with(const std::string& ref, const std::string& attachments, const Fields& fields = {}) {
        std::string item = mediaAppeal(ref, fields);
        item.insert(item.size() - 1, ",\"attachments\":[" + attachments + "]");
        return item;
    }
    static std::string value(const std::string& bytes, const std::string& name = "a.png") {
        return R"({"kind":"value","content":")" + base::toBase64(bytes) + R"(","file_name":")" + name + "\"}";
    }
    std::string url(const std::string& path) const {
        return R"({"kind":"url","content":")" + server_.url(path) + "\"}";
    }

    std::vector<ledger::SourceAttachmentRow> rows() {
        return ledger_.store().snapshot().value()->sourceAttachments({}, 1000);
    }
    /// "state reason attempts" of each row.
    std::vector<std::string> queue() {
        std::vector<std::string> lines;
        for (const auto& row : rows()) lines.push_back(row.state + " " + row.reason + " " + std::to_string(row.attempts));
        return lines;
    }
    std::vector<ticket::Record> attachmentRecords() {
        std::vector<ticket::Record> found;
        auto view = ledger_.store().snapshot().value();
        for (const auto& header : view->scan(0, 10'000)) {
            const bool attachment = header.type == ledger::EntryType::Record &&
                                    header.kind == static_cast<std::uint8_t>(ticket::Kind::Attachment);
            if (attachment) found.push_back(ticket::fromCanonicalText(view->entry(header.seq).value().payload).value());
        }
        return found;
    }
    std::size_t ticketCount() { return ledger_.store().snapshot().value()->ticketNumbers(1000).size(); }
    std::string content(const ticket::Record& record) {
        auto reader = files_->find(record.text(Field::digest));
        return reader.ok() ? reader->read(0, 1'000'000).value() : reader.error().row().wire;
    }
    std::string script(const std::string& text) {
        const std::string path = folder_ + "/scan";
        std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
        ::chmod(path.c_str(), 0700);
        return path;
    }

    std::string folder_;
    test::FileServer server_;
    bool adapter_there_ = true;
    std::unique_ptr<attachments::Store> files_;
    std::unique_ptr<SourceAttachments> worker_;
};

TEST_F(AttachTest, BytesInTheMessageBecomeARecordOfTheSameTicket) {
    const auto submission = submit({with("M-1", value(kPng, "现场.png"))});
    ASSERT_THAT(verdicts(submission), ElementsAre("accepted"));
    EXPECT_THAT(queue(), ElementsAre("pending  0"));
    work();
    EXPECT_THAT(queue(), IsEmpty());
    const auto records = attachmentRecords();
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(kPng, content(records[0]));
    EXPECT_EQ("image/png", records[0].text(Field::media_type));
    EXPECT_EQ("现场.png", records[0].text(Field::file_name));
    EXPECT_EQ(std::to_string(kPng.size()), records[0].text(Field::size_bytes));
    EXPECT_EQ(1U, ticketCount());
    auto view = ledger_.store().snapshot().value();
    const auto entry = leaf(view->lastSeq());
    EXPECT_EQ(submission.items[0].ticket_no, entry.ticket_no);
    EXPECT_EQ(submission.message_seq, entry.message_seq);
    EXPECT_TRUE(files_->broughtBy(records[0].text(Field::digest), "media"));
}

TEST_F(AttachTest, AFileBehindAUrlIsFetchedAndNamedAfterIt) {
    server_.give("/2019/b.png", kPng);
    submit({with("M-1", url("/2019/b.png"))});
    work();
    const auto records = attachmentRecords();
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(kPng, content(records[0]));
    EXPECT_EQ("b.png", records[0].text(Field::file_name));
}

TEST_F(AttachTest, ANumberIsAskedForInASecondStep) {
    access().two_step_url = server_.url("/get?id={number}");
    access().two_step_content = "data/file";
    access().headers = {{"X-Token", "{secret:t}"}};
    adapter_.changeManifest().secrets = {{"t", "file:t"}};
    server_.give("/get?id=47%2F11", R"({"code":"200","data":{"file":")" + base::toBase64(kPng) + "\"}}");
    submit({with("M-1", R"({"kind":"number","content":"47/11","file_name":"c.png"})")});
    work();
    ASSERT_THAT(attachmentRecords(), SizeIs(1));
    EXPECT_EQ(kPng, content(attachmentRecords()[0]));
    EXPECT_EQ("word", server_.asked().at(0).fields.at("X-Token"));
}

TEST_F(AttachTest, P01_CreateOkAttachmentFailsRetryStillOneTicket) {
    server_.say("/a.png", 503);
    const auto message = sign("media", lines({with("M-1", url("/a.png"))}));
    ASSERT_THAT(verdicts(submitSigned(message)), ElementsAre("accepted"));
    work();
    EXPECT_THAT(queue(), ElementsAre("pending delivery.peer_busy 1"));
    // The source, which may have heard nothing, sends it again; and once more, signed anew.
    EXPECT_THAT(verdicts(submitSigned(message)), ElementsAre("duplicate"));
    EXPECT_THAT(verdicts(submit({with("M-1", url("/a.png"))})), ElementsAre("duplicate"));
    EXPECT_EQ(1U, ticketCount());
    EXPECT_THAT(rows(), SizeIs(1));
    server_.give("/a.png", kPng);
    later(40);
    work();
    EXPECT_EQ(1U, ticketCount());
    EXPECT_THAT(attachmentRecords(), SizeIs(1));
    EXPECT_THAT(queue(), IsEmpty());
    // Known now: asked for no more.
    submit({with("M-1", url("/a.png"))});
    EXPECT_THAT(queue(), IsEmpty());
}

TEST_F(AttachTest, AnAttachmentThatCameLaterIsTakenThoughTheRecordIsKnown) {
    submit({with("M-1", value(kPng))});
    EXPECT_THAT(verdicts(submit({with("M-1", value(kPng) + "," + value(kOtherPng))})), ElementsAre("duplicate"));
    work();
    EXPECT_THAT(attachmentRecords(), SizeIs(2));
    EXPECT_EQ(1U, ticketCount());
}

TEST_F(AttachTest, WhatCannotPassFailsAtOnceAndTheOthersCome) {
    submit({with("M-1", R"({"kind":"value","content":"no base64"},)" + value("\x7F" "ELF" + std::string(100, '\0')) + "," +
                            R"({"kind":"url","content":"https://169.254.169.254/latest"},)" + value(kPng))});
    work();
    EXPECT_THAT(
        queue(), ElementsAre("failed attachment.encoding_invalid 1", "failed attachment.type_refused 1",
                             "failed attachment.host_not_allowed 1")
    );
    EXPECT_THAT(attachmentRecords(), SizeIs(1));
    EXPECT_EQ(1U, ticketCount());
    later(100'000);
    work();
    EXPECT_EQ(1U, worker_->counters().admitted);
    EXPECT_EQ(3U, worker_->counters().failed);
}

TEST_F(AttachTest, P27_SizeIsBoundedByTheManifest) {
    access().bytes_max = kPng.size() - 1;
    server_.give("/a.png", kPng);
    submit({with("M-1", value(kPng) + "," + url("/a.png"))});
    work();
    EXPECT_THAT(queue(), ElementsAre("failed request.body_too_large 1", "failed request.body_too_large 1"));
}

TEST_F(AttachTest, MalwareIsRefusedAndWhatCouldNotBeCheckedIsTriedAgain) {
    openAttachments(script("cat >/dev/null; exit 1"));
    submit({with("M-1", value(kPng))});
    work();
    EXPECT_THAT(queue(), ElementsAre("failed attachment.malware 1"));
    openAttachments(script("cat >/dev/null; exit 2"));
    submit({with("M-2", value(kPng))});
    work();
    EXPECT_THAT(queue(), ElementsAre("failed attachment.malware 1", "pending attachment.unchecked 1"));
    EXPECT_THAT(attachmentRecords(), IsEmpty());
    EXPECT_EQ(2U, ticketCount());
}

TEST_F(AttachTest, TriesAreBoundedAndWaitLongerEachTime) {
    server_.say("/a.png", 404);
    submit({with("M-1", url("/a.png"))});
    std::int64_t before = 0;
    for (std::uint32_t i = 1; i < kAttachmentAttemptsMax; ++i) {
        work();
        const auto row = rows().at(0);
        ASSERT_EQ(i, row.attempts);
        ASSERT_EQ(ledger::kAttachmentPending, row.state);
        const std::int64_t wait = row.next_ms - clock_.nowMillis();
        EXPECT_LE(std::min(before, kAttachmentBackOffMillisMax), wait);
        EXPECT_LE(wait, kAttachmentBackOffMillisMax * 6 / 5);
        before = wait;
        clock_.advance(wait);
    }
    work();
    EXPECT_THAT(queue(), ElementsAre("failed delivery.refused 12"));
    EXPECT_THAT(server_.asked(), SizeIs(kAttachmentAttemptsMax));
}

TEST_F(AttachTest, TroubleIsOneLineAndItsEndAnother) {
    server_.say("/a.png", 503);
    submit({with("M-1", url("/a.png") + "," + url("/b.png")), with("M-2", url("/c.png"))});
    for (int i = 0; i < 5; ++i) {
        work();
        later(2000);
    }
    ASSERT_THAT(log_, SizeIs(1));
    EXPECT_THAT(log_[0], HasSubstr("zz-media"));
    for (const char* path : {"/a.png", "/b.png", "/c.png"}) server_.give(path, kPng);
    later(4000);
    work();
    EXPECT_THAT(log_, SizeIs(2));
    EXPECT_THAT(attachmentRecords(), SizeIs(3));
}

TEST_F(AttachTest, ASourceWhoseHostIsSilentIsNotAskedForTheRest) {
    for (const char* path : {"/a", "/b", "/c"}) server_.say(path, 503);
    submit({with("M-1", url("/a") + "," + url("/b") + "," + url("/c"))});
    work();
    EXPECT_THAT(server_.asked(), SizeIs(1));
}

TEST_F(AttachTest, OurOwnTroubleIsNoAttempt) {
    adapter_there_ = false;
    submit({with("M-1", value(kPng))});
    work();
    EXPECT_THAT(queue(), ElementsAre("pending adapter.source_unknown 0"));
    adapter_there_ = true;
    later(100);
    work();
    EXPECT_THAT(attachmentRecords(), SizeIs(1));
}

TEST_F(AttachTest, TheQueueOutlivesARestartAndTheBytesAreNotTakenTwice) {
    submit({with("M-1", value(kPng)), with("M-2", value(kPng))});
    restartAll();
    EXPECT_THAT(rows(), SizeIs(2));
    work();
    restartAll();
    work();
    EXPECT_THAT(attachmentRecords(), SizeIs(2));
    EXPECT_EQ(1U, files_->counters().files);
    EXPECT_EQ(2U, ticketCount());
}

TEST_F(AttachTest, AfterACrashBetweenTheBytesAndTheRecordThereIsOneRecord) {
    submit({with("M-1", value(kPng))});
    // The bytes are kept; the process died before its commit.
    auto upload = files_->begin("media").value();
    ASSERT_TRUE(upload->write(kPng).ok());
    ASSERT_TRUE(upload->keep({.media_type = "image/png", .sha256 = crypto::sha256(kPng)}).ok());
    upload.reset();
    restartAll();
    work();
    EXPECT_THAT(attachmentRecords(), SizeIs(1));
    EXPECT_EQ(1U, files_->counters().files);
    EXPECT_THAT(queue(), IsEmpty());
}

TEST_F(AttachTest, AnErasedTicketsAttachmentsAreNotAskedForAnyMore) {
    server_.give("/a.png", kPng);
    const auto submission = submit({with("M-1", url("/a.png"))});
    eraseTicket(submission.items[0].ticket_no);
    work();
    EXPECT_THAT(queue(), IsEmpty());
    EXPECT_THAT(server_.asked(), IsEmpty());
}

TEST_F(AttachTest, WhatAnotherMappingFindsThereIsNotTakenForIt) {
    submit({with("M-1", value(kPng))});
    adapter_.hideAttachments();
    work();
    EXPECT_THAT(queue(), ElementsAre("failed adapter.item_unmapped 1"));
}

TEST_F(AttachTest, HistorysAttachmentsAreHistory) {
    const auto verified = verify(sign("media", lines({with("M-1", value(kPng))})));
    ASSERT_TRUE(verified.ok());
    ASSERT_TRUE(messages_->submitMessage(*verified, adapter_, {.content_type = "application/json", .origin = "history"}).ok());
    work();
    auto view = ledger_.store().snapshot().value();
    EXPECT_THAT(view->historyHeld(0, view->lastSeq()), SizeIs(2));
}

TEST_F(AttachTest, WorkersTakeWhatComes) {
    worker_->start();
    std::vector<std::string> items;
    for (int i = 0; i < 40; ++i) items.push_back(with("M-" + std::to_string(i), value(i % 2 == 0 ? kPng : kOtherPng)));
    submit(items);
    for (int i = 0; i < 600 && !rows().empty(); ++i) ::usleep(50'000);
    worker_->stop();
    EXPECT_THAT(queue(), IsEmpty());
    EXPECT_THAT(attachmentRecords(), SizeIs(40));
    EXPECT_EQ(40U, ticketCount());
}

}  // namespace
}  // namespace yht::intake
