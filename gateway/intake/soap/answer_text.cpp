#include "gateway/intake/soap/answer_text.h"

#include "gateway/intake/http/problem.h"
#include "gateway/intake/soap/record_xml.h"
#include "gateway/xml/text.h"

namespace yht::soap {
namespace {

using trust::SoapVersion;

std::string scalarText(const rapidjson::Value& value) {
    if (value.IsBool()) return value.GetBool() ? "true" : "false";
    if (value.IsString()) return {value.GetString(), value.GetStringLength()};
    return json::canonical(value);
}

void appendShape(std::string& out, const Shape& shape, const rapidjson::Value& value);

void appendMembers(std::string& out, std::span<const Shape> shapes, const rapidjson::Value& object) {
    for (const Shape& shape : shapes) {
        const auto found = object.FindMember(shape.name);
        if (found == object.MemberEnd() || found->value.IsNull()) continue;
        if (!shape.many) {
            appendShape(out, shape, found->value);
            continue;
        }
        for (const auto& entry : found->value.GetArray()) appendShape(out, shape, entry);
    }
}

void appendNamed(std::string& out, const rapidjson::Value& object) {
    for (const auto& member : object.GetObject()) {
        out += "<entry name=\"";
        xml::appendAttribute(out, {member.name.GetString(), member.name.GetStringLength()});
        out += "\">";
        xml::appendText(out, scalarText(member.value));
        out += "</entry>";
    }
}

void appendShape(std::string& out, const Shape& shape, const rapidjson::Value& value) {
    out.append("<").append(shape.name).append(">");
    switch (shape.content) {
        case Content::Object:
            appendMembers(out, shape.members, value);
            break;
        case Content::Named:
            appendNamed(out, value);
            break;
        case Content::Record: {
            const auto kind = ticket::findKind(json::textMember(value, "kind"));
            YHT_ASSERT(kind.has_value());
            appendRecordXml(out, *kind, value);
            break;
        }
        case Content::Json:
            xml::appendText(out, json::canonical(value));
            break;
        default:
            xml::appendText(out, scalarText(value));
    }
    out.append("</").append(shape.name).append(">");
}

std::string openIn(const char* name) { return std::string("<") + name + " xmlns=\"" + kNamespace + "\">"; }

std::string problemText(const base::Error& error) {
    rapidjson::StringBuffer text;
    http::JsonWriter writer(text);
    http::writeProblem(writer, error);
    const auto problem = json::parse({text.GetString(), text.GetSize()});
    YHT_ASSERT(problem.ok());
    std::string out = openIn("Problem");
    appendMembers(out, problemShape(), *problem);
    return out + "</Problem>";
}

std::string escaped(std::string_view text) {
    std::string out;
    xml::appendText(out, text);
    return out;
}

}  // namespace

std::string answerText(const Operation& operation, const rapidjson::Value& answer) {
    const std::string name = std::string(operation.name) + "Response";
    std::string out = openIn(name.c_str());
    appendMembers(out, operation.answer, answer);
    return out + "</" + name + ">";
}

std::string faultText(SoapVersion version, const base::Error& error) {
    const auto& row = error.row();
    const std::string en = escaped(error.public_en.empty() ? row.en : error.public_en);
    const std::string zh = escaped(error.public_zh.empty() ? row.zh : error.public_zh);
    const bool sender = row.fault == base::Fault::Sender;
    const bool must_understand = error.code == base::ErrorCode::SoapMustUnderstand;
    if (version == SoapVersion::V11) {
        const char* code = must_understand ? "MustUnderstand" : sender ? "Client" : "Server";
        return std::string("<s:Fault><faultcode>s:") + code + "</faultcode><faultstring xml:lang=\"zh-CN\">" + zh + " " +
               en + "</faultstring><detail>" + problemText(error) + "</detail></s:Fault>";
    }
    const char* code = must_understand ? "MustUnderstand" : sender ? "Sender" : "Receiver";
    // One Text with both languages: gSOAP reads no second one, and then nothing behind it. The Problem has each by itself.
    return std::string("<s:Fault><s:Code><s:Value>s:") + code + "</s:Value></s:Code><s:Reason><s:Text xml:lang=\"zh-CN\">" +
           zh + " " + en + "</s:Text></s:Reason><s:Detail>" + problemText(error) + "</s:Detail></s:Fault>";
}

int faultStatus(SoapVersion version, const base::Error& error) {
    const auto& row = error.row();
    return version == SoapVersion::V12 && row.fault == base::Fault::Sender ? 400 : 500;
}

}  // namespace yht::soap
