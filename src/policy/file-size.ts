/** Largest policy or project file in bytes; the YAML library's check for duplicate keys is quadratic */
export const maxFileBytes = 64 * 1024;
