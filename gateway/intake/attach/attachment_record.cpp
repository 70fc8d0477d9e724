#include "gateway/intake/attach/attachment_record.h"

namespace yht::intake {
namespace {

using ticket::Field;

constexpr std::size_t kNameCharactersMax = 255;
constexpr const char* kOtherType = "9";

/// "…/2019/a%20b.jpg?x=1" has "a%20b.jpg": escapes stay, they are the source's own spelling.
std::string endOfUrl(const std::string& url) {
    const std::string path = url.substr(0, url.find_first_of("?#"));
    const std::size_t scheme = path.find("://");
    const std::size_t slash = path.rfind('/');
    const bool host_only = scheme != path.npos && slash < scheme + 3;
    return slash == path.npos || host_only ? "" : path.substr(slash + 1);
}

std::string extensionOf(const std::string& media_type) {
    constexpr std::pair<const char*, const char*> kRows[] = {
        {"image/jpeg", ".jpg"}, {"image/png", ".png"}, {"image/gif", ".gif"}, {"application/pdf", ".pdf"},
        {"text/plain", ".txt"}, {"audio/mpeg", ".mp3"}, {"audio/wav", ".wav"}, {"video/mp4", ".mp4"},
        {"application/zip", ".zip"}};
    for (const auto& [type, extension] : kRows) {
        if (media_type == type) return extension;
    }
    return {};
}

/// Requires: well-formed UTF-8.
std::string firstCharacters(std::string text, std::size_t count_max) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
        if (!begins || ++count <= count_max) continue;
        text.resize(i);
        break;
    }
    return text;
}

/// The names by which the record that it belongs to is known.
void copyNames(const ticket::Record& from, ticket::Record& to) {
    for (const Field field : {Field::ticket_ref, Field::ticket_no, Field::other_refs}) {
        if (const auto* value = from.find(field)) to.set(field, *value);
    }
    const bool named = from.has(Field::ticket_ref) || from.has(Field::ticket_no) || from.has(Field::other_refs);
    if (!named && from.kind() == ticket::Kind::Appeal) to.set(Field::ticket_ref, from.text(Field::record_ref));
}

}  // namespace

std::string attachmentName(const kit::AdaptedAttachment& attachment, const std::string& media_type) {
    std::string name = attachment.file_name;
    if (name.empty() && attachment.kind == kit::AdaptedAttachment::Kind::Url) name = endOfUrl(attachment.content);
    if (name.empty()) name = "附件" + extensionOf(media_type);
    return firstCharacters(std::move(name), kNameCharactersMax);
}

ticket::Record attachmentRecord(
    const ticket::Record& belongs_to, const kit::AdaptedAttachment& attachment, const std::string& ref,
    const attachments::Facts& facts
) {
    ticket::Record record(ticket::Kind::Attachment);
    record.set(Field::source, belongs_to.source());
    record.set(Field::record_ref, ref);
    copyNames(belongs_to, record);
    for (const Field field : {Field::event_time, Field::origin, Field::round}) {
        if (const auto* value = belongs_to.find(field)) record.set(field, *value);
    }
    record.set(Field::digest, base::toHex(facts.sha256));
    record.set(Field::file_name, attachmentName(attachment, facts.media_type));
    record.set(Field::media_type, facts.media_type);
    record.set(Field::size_bytes, std::to_string(facts.size_bytes));
    record.set(
        Field::attachment_type, attachment.attachment_type.empty() ? kOtherType : attachment.attachment_type
    );
    record.set(Field::attached_to_kind, std::string(ticket::kindRow(belongs_to.kind()).name));
    record.set(Field::attached_to_ref, belongs_to.text(Field::record_ref));
    return record;
}

}  // namespace yht::intake
