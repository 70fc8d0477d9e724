#include "gateway/intake/soap/schema_text.h"

#include "gateway/intake/soap/operations.h"
#include "gateway/ticket/catalogue.h"
#include "gateway/ticket/codes.h"
#include "gateway/ticket/field_values.h"
#include "gateway/ticket/validate.h"
#include "gateway/xml/text.h"

namespace yht::soap {
namespace {

using ticket::FieldRow;
using ticket::FieldType;

const std::string kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// XML with one space an indent level, as a person reads it.
class SchemaWriter {
public:
    void open(const std::string& tag) {
        line("<" + tag + ">");
        ++level_;
    }
    void close(const char* name) {
        --level_;
        line("</" + std::string(name) + ">");
    }
    void empty(const std::string& tag) { line("<" + tag + "/>"); }
    void documentation(std::string_view text) {
        std::string escaped;
        xml::appendText(escaped, text);
        line("<xs:annotation><xs:documentation>" + escaped + "</xs:documentation></xs:annotation>");
    }
    std::string take() { return std::move(text_); }

private:
    void line(const std::string& content) {
        text_.append(static_cast<std::size_t>(level_), ' ').append(content).append("\n");
    }
    int level_ = 0;
    std::string text_;
};

std::string inQuotes(std::string_view value) { return "\"" + std::string(value) + "\""; }

std::string upperCamel(std::string_view name) {
    std::string out(name);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

std::string occurrence(bool required, bool many, std::uint32_t most) {
    std::string out = required ? "" : " minOccurs=\"0\"";
    if (many) out += " maxOccurs=" + inQuotes(most == 0 ? "unbounded" : std::to_string(most));
    return out;
}

const char* scalarType(FieldType type) {
    switch (type) {
        case FieldType::Time:
            return "xs:dateTime";
        case FieldType::Integer:
            return "xs:unsignedLong";
        case FieldType::Decimal:
            return "xs:decimal";
        case FieldType::Flag:
            return "xs:boolean";
        case FieldType::Code:
        case FieldType::Codes:
            return "y:Code";
        case FieldType::Region:
            return "y:Region";
        case FieldType::Digest:
        case FieldType::Digests:
            return "y:Sha256";
        case FieldType::Map:
            return "y:Named";
        case FieldType::Text:
        case FieldType::Reference:
        case FieldType::Phone:
        case FieldType::Texts:
        case FieldType::References:
            return "xs:string";
    }
    return "xs:string";
}

std::uint32_t lengthMax(const FieldRow& row) {
    switch (row.type) {
        case FieldType::Text:
        case FieldType::Reference:
        case FieldType::Phone:
            return row.max;
        case FieldType::Texts:
            return ticket::kTextsEntryCodePointsMax;
        case FieldType::References:
            return 2 * ticket::kReferencePartCodePointsMax + 1;
        default:
            return 0;
    }
}

std::string fieldNote(const FieldRow& row) {
    std::string note = std::to_string(static_cast<unsigned>(row.field)) + ' ' + row.zh;
    if (*row.en != '\0') note += std::string(" ") + row.en;
    if (*row.code_list != '\0') note += std::string(" GetCodes ") + row.code_list;
    return note;
}

void writeField(SchemaWriter& out, const FieldRow& row) {
    const bool many = ticket::shapeOf(row.type) == ticket::Shape::Array;
    const bool envelope = static_cast<std::uint16_t>(row.field) < ticket::kEnvelopeFieldsEnd;
    // What only a record that is no void must have can't be said in XML Schema: the gateway says it.
    const bool required = envelope && row.required == ticket::Required::Always;
    const std::string head = "xs:element name=" + inQuotes(row.name) + occurrence(required, many, many ? row.max : 1);
    const std::uint32_t most = lengthMax(row);
    if (most == 0) {
        out.open(head + " type=" + inQuotes(scalarType(row.type)));
        out.documentation(fieldNote(row));
    } else {
        out.open(head);
        out.documentation(fieldNote(row));
        out.open("xs:simpleType");
        out.open("xs:restriction base=\"xs:string\"");
        out.empty("xs:minLength value=\"1\"");
        out.empty("xs:maxLength value=" + inQuotes(std::to_string(most)));
        out.close("xs:restriction");
        out.close("xs:simpleType");
    }
    out.close("xs:element");
}

void writeKinds(SchemaWriter& out) {
    for (const auto& kind : ticket::kindTable()) {
        out.open("xs:complexType name=" + inQuotes(upperCamel(kind.name)));
        out.documentation(kind.zh);
        out.open("xs:sequence");
        for (const FieldRow& row : ticket::fieldTable()) {
            if ((row.kinds & ticket::only(kind.kind)) != 0) writeField(out, row);
        }
        out.close("xs:sequence");
        out.close("xs:complexType");
    }
    out.open("xs:complexType name=\"Record\"");
    out.documentation("规范记录:十个种类之一 a normalized record: one of ten kinds");
    out.open("xs:choice");
    for (const auto& kind : ticket::kindTable()) {
        out.empty("xs:element name=" + inQuotes(kind.name) + " type=" + inQuotes("y:" + upperCamel(kind.name)));
    }
    out.close("xs:choice");
    out.close("xs:complexType");
}

void writePattern(SchemaWriter& out, const char* name, const char* note, const char* pattern) {
    out.open("xs:simpleType name=" + inQuotes(name));
    out.documentation(note);
    out.open("xs:restriction base=\"xs:token\"");
    out.empty("xs:pattern value=" + inQuotes(pattern));
    out.close("xs:restriction");
    out.close("xs:simpleType");
}

void writeCommonTypes(SchemaWriter& out) {
    writePattern(out, "Code", "代码,见 GetCodes a code of the list that the field names", "\\S{1,64}");
    writePattern(out, "Region", "行政区划代码,6、9 或 12 位 GB/T 2260 and local extensions",
                 "[0-9][0-9A-Z]{5}([0-9A-Z]{3}([0-9A-Z]{3})?)?");
    writePattern(out, "Sha256", "小写十六进制 SHA-256 in lower-case hexadecimal", "[0-9a-f]{64}");
    out.open("xs:complexType name=\"Named\"");
    out.documentation("名称与文本 names and texts");
    out.open("xs:sequence");
    out.open("xs:element name=\"entry\" minOccurs=\"0\" maxOccurs=\"unbounded\"");
    out.open("xs:complexType");
    out.open("xs:simpleContent");
    out.open("xs:extension base=\"xs:string\"");
    out.empty("xs:attribute name=\"name\" type=\"xs:string\" use=\"required\"");
    out.close("xs:extension");
    out.close("xs:simpleContent");
    out.close("xs:complexType");
    out.close("xs:element");
    out.close("xs:sequence");
    out.close("xs:complexType");
}

const char* contentType(Content content) {
    switch (content) {
        case Content::Text:
        case Content::Json:
            return "xs:string";
        case Content::Token:
            return "xs:token";
        case Content::Number:
            return "xs:unsignedLong";
        case Content::Flag:
            return "xs:boolean";
        case Content::Time:
            return "xs:dateTime";
        case Content::Bytes:
            return "xs:base64Binary";
        case Content::Named:
            return "y:Named";
        case Content::Record:
            return "y:Record";
        case Content::Object:
            return "";
    }
    return "";
}

void writeShape(SchemaWriter& out, const Shape& shape) {
    std::string head = "xs:element name=" + inQuotes(shape.name) + occurrence(shape.required, shape.many, 0);
    // Toolkits take this as "may travel by MTOM".
    if (shape.content == Content::Bytes) head += " xmime:expectedContentTypes=\"application/octet-stream\"";
    if (shape.content != Content::Object) {
        out.open(head + " type=" + inQuotes(contentType(shape.content)));
        out.documentation(shape.note);
        out.close("xs:element");
        return;
    }
    out.open(head);
    out.documentation(shape.note);
    out.open("xs:complexType");
    out.open("xs:sequence");
    for (const Shape& member : shape.members) writeShape(out, member);
    out.close("xs:sequence");
    out.close("xs:complexType");
    out.close("xs:element");
}

void writeWrapper(SchemaWriter& out, const std::string& name, const char* note, std::span<const Shape> members) {
    out.open("xs:element name=" + inQuotes(name));
    out.documentation(note);
    out.open("xs:complexType");
    out.open("xs:sequence");
    for (const Shape& member : members) writeShape(out, member);
    out.close("xs:sequence");
    out.close("xs:complexType");
    out.close("xs:element");
}

void writeSchema(SchemaWriter& out) {
    out.open("xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:y=" + inQuotes(kNamespace) +
             " xmlns:xmime=\"http://www.w3.org/2005/05/xmlmime\" targetNamespace=" + inQuotes(kNamespace) +
             " elementFormDefault=\"qualified\"");
    writeCommonTypes(out);
    writeKinds(out);
    for (const Operation& operation : operations()) {
        writeWrapper(out, operation.name, operation.note, operation.request);
        writeWrapper(out, std::string(operation.name) + "Response", operation.note, operation.answer);
    }
    writeWrapper(out, "Problem", "Fault 的 detail the detail of every Fault", problemShape());
    out.close("xs:schema");
}

void writeMessages(SchemaWriter& out) {
    for (const Operation& operation : operations()) {
        for (const std::string suffix : {"", "Response"}) {
            const std::string name = operation.name + suffix;
            out.open("wsdl:message name=" + inQuotes(name));
            out.empty("wsdl:part name=\"parameters\" element=" + inQuotes("y:" + name));
            out.close("wsdl:message");
        }
    }
    out.open("wsdl:message name=\"Problem\"");
    out.empty("wsdl:part name=\"problem\" element=\"y:Problem\"");
    out.close("wsdl:message");
}

void writePortType(SchemaWriter& out) {
    out.open("wsdl:portType name=\"Gateway\"");
    for (const Operation& operation : operations()) {
        const std::string name = operation.name;
        out.open("wsdl:operation name=" + inQuotes(name));
        out.empty("wsdl:input message=" + inQuotes("y:" + name));
        out.empty("wsdl:output message=" + inQuotes("y:" + name + "Response"));
        out.empty("wsdl:fault name=\"Problem\" message=\"y:Problem\"");
        out.close("wsdl:operation");
    }
    out.close("wsdl:portType");
}

void writeBinding(SchemaWriter& out, const std::string& prefix, const std::string& binding) {
    out.open("wsdl:binding name=" + inQuotes(binding) + " type=\"y:Gateway\"");
    out.empty(prefix + ":binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"");
    for (const Operation& operation : operations()) {
        out.open("wsdl:operation name=" + inQuotes(operation.name));
        out.empty(prefix + ":operation soapAction=" + inQuotes(soapAction(operation)) + " style=\"document\"");
        for (const char* direction : {"wsdl:input", "wsdl:output"}) {
            out.open(direction);
            out.empty(prefix + ":body use=\"literal\"");
            out.close(direction);
        }
        out.open("wsdl:fault name=\"Problem\"");
        out.empty(prefix + ":fault name=\"Problem\" use=\"literal\"");
        out.close("wsdl:fault");
        out.close("wsdl:operation");
    }
    out.close("wsdl:binding");
}

}  // namespace

std::string schemaText() {
    SchemaWriter out;
    writeSchema(out);
    return kDeclaration + out.take();
}

std::string wsdlText(std::string_view address) {
    SchemaWriter out;
    out.open("wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:y=" + inQuotes(kNamespace) +
             " xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\"" +
             " targetNamespace=" + inQuotes(kNamespace) + " name=\"Yihaotong\"");
    out.open("wsdl:types");
    writeSchema(out);
    out.close("wsdl:types");
    writeMessages(out);
    writePortType(out);
    writeBinding(out, "soap", "GatewaySoap11");
    writeBinding(out, "soap12", "GatewaySoap12");
    std::string escaped;
    xml::appendAttribute(escaped, address);
    out.open("wsdl:service name=\"Yihaotong\"");
    for (const auto& [prefix, name] : {std::pair("soap", "GatewaySoap11"), std::pair("soap12", "GatewaySoap12")}) {
        out.open("wsdl:port name=" + inQuotes(name) + " binding=" + inQuotes(std::string("y:") + name));
        out.empty(std::string(prefix) + ":address location=" + inQuotes(escaped));
        out.close("wsdl:port");
    }
    out.close("wsdl:service");
    out.close("wsdl:definitions");
    return kDeclaration + out.take();
}

}  // namespace yht::soap
