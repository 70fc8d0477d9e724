#include "gateway/intake/attach/attachment_record.h"

#include <gtest/gtest.h>

#include "gateway/ticket/validate.h"

namespace yht::intake {
namespace {

using kit::AdaptedAttachment;
using ticket::Field;

ticket::Record appealRecord() {
    ticket::Record record(ticket::Kind::Appeal);
    record.set(Field::source, std::string("zz-media"));
    record.set(Field::record_ref, std::string("M-1"));
    record.set(Field::event_time, std::string("2019-04-18T08:00:00.000+08:00"));
    return record;
}

attachments::Facts facts() {
    return {.size_bytes = 7, .sha256 = base::Bytes(32, 'd'), .media_type = "image/jpeg"};
}

TEST(AttachmentRecord, NamesItsRecordAndItsTicketAsTheRecordDoes) {
    auto record = attachmentRecord(appealRecord(), {AdaptedAttachment::Kind::Value, "aGk=", "现场.jpg", "", "1", 0}, "att-1", facts());
    const auto valid = ticket::validated(record);
    ASSERT_TRUE(valid.ok()) << base::describe(valid.error());
    EXPECT_EQ("M-1", record.text(Field::ticket_ref));  // an appeal without a ticket's number is known by its own
    EXPECT_EQ("appeal", record.text(Field::attached_to_kind));
    EXPECT_EQ("M-1", record.text(Field::attached_to_ref));
    EXPECT_EQ("2019-04-18T08:00:00.000+08:00", record.text(Field::event_time));
    EXPECT_EQ("7", record.text(Field::size_bytes));
    EXPECT_EQ("现场.jpg", record.text(Field::file_name));
    EXPECT_FALSE(record.has(Field::origin));

    auto of_history = appealRecord();
    of_history.set(Field::ticket_ref, std::string("GD-1"));
    of_history.set(Field::origin, std::string("history"));
    record = attachmentRecord(of_history, {AdaptedAttachment::Kind::Value, "aGk=", "", "", "", 0}, "att-1", facts());
    EXPECT_EQ("GD-1", record.text(Field::ticket_ref));
    EXPECT_TRUE(record.isHistory());
    EXPECT_EQ("9", record.text(Field::attachment_type));
}

TEST(AttachmentRecord, FilesWithoutANameGetOne) {
    const auto name = [](AdaptedAttachment::Kind kind, const char* content, const char* file_name = "") {
        return attachmentName({kind, content, file_name, "", "", 0}, "image/jpeg");
    };
    EXPECT_EQ("b.jpg", name(AdaptedAttachment::Kind::Url, "https://h.example/a/b.jpg?x=/1#y"));
    EXPECT_EQ("附件.jpg", name(AdaptedAttachment::Kind::Url, "https://h.example/"));
    EXPECT_EQ("附件.jpg", name(AdaptedAttachment::Kind::Url, "https://h.example"));
    EXPECT_EQ("附件.jpg", name(AdaptedAttachment::Kind::TwoStep, "4711"));
    EXPECT_EQ("x.png", name(AdaptedAttachment::Kind::Url, "https://h.example/b.jpg", "x.png"));
    std::string longest;
    for (int i = 0; i < 300; ++i) longest += "图";
    EXPECT_EQ(255U * 3, name(AdaptedAttachment::Kind::Value, "", longest.c_str()).size());
}

}  // namespace
}  // namespace yht::intake
